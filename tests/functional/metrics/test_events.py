import math

import numpy as np
import pytest
import torch

from carl_mm.functional import cosine_dtw, event_error, event_gaps


def random_case(seed, lengths=(9, 14, 3, 7), num_events=3):
    rng = np.random.default_rng(seed)
    videos = [rng.normal(size=(length, 4)) for length in lengths]
    events = [np.sort(rng.integers(0, length, num_events)) for length in lengths]
    return videos, events


def match_by_loops(a, b, frame, matching):
    if matching == 'nearest':
        distances = [float(np.sum((a[frame] - f) ** 2)) for f in b]
        return distances.index(min(distances))
    matches = sorted(j for i, j in cosine_dtw(a, b) if i == frame)
    return matches[len(matches) // 2]


@pytest.mark.parametrize('matching', ['nearest', 'dtw'])
@pytest.mark.parametrize('seed', range(3))
def test_gaps_equal_the_loops(seed, matching):
    videos, events = random_case(seed)
    gaps = event_gaps(videos, events, matching)
    for i, a in enumerate(videos):
        for j, b in enumerate(videos):
            for e in range(3):
                if i == j:
                    assert math.isnan(gaps[i, e, j])
                    continue
                first, second = (a, b) if i < j else (b, a)
                if matching == 'nearest' or i < j:
                    found = match_by_loops(a, b, events[i][e], matching)
                else:  # both directions of a pair share one path
                    path = cosine_dtw(first, second)
                    met = sorted(f for f, s in path if s == events[i][e])
                    found = met[len(met) // 2]
                assert gaps[i, e, j] == abs(found - events[j][e])


@pytest.mark.parametrize('matching', ['nearest', 'dtw', 'posterior'])
def test_the_error_is_the_mean_gap_as_a_share_of_the_other_video(matching):
    videos, events = random_case(5)
    gaps = event_gaps(videos, events, matching)
    shares = [
        gaps[i, e, j] / len(videos[j])
        for i in range(4)
        for j in range(4)
        for e in range(3)
        if i != j
    ]
    expected = sum(shares) / len(shares)
    assert event_error(videos, events, matching) == pytest.approx(expected, abs=1e-12)


def test_gaps_by_hand():
    a, b = np.eye(3), np.eye(3)[[0, 1, 1, 1, 2]]
    # Event 1 of a meets frames 1, 2 and 3 of b, whose middle is 2; 3 of b meets 1 of a.
    gaps = event_gaps([a, b], [[1], [3]], matching='dtw')
    assert gaps[0, 0, 1] == 1 and gaps[1, 0, 0] == 0
    # The nearest frame is the first of the equal ones.
    gaps = event_gaps([torch.tensor(a), b], [[1], [3]])
    assert gaps[0, 0, 1] == 2 and gaps[1, 0, 0] == 0


def test_one_video_none_and_no_event_have_no_gap():
    line = np.ones((4, 2))
    assert event_gaps([], []).shape == (0, 0, 0)
    assert event_gaps([line, line], [[], []]).shape == (2, 0, 2)
    assert np.isnan(event_gaps([line], [[1]])).all()
    assert math.isnan(event_error([], [])) and math.isnan(event_error([line], [[1]]))
    one = np.ones((1, 2))
    assert event_gaps([one, one], [[0], [0]])[0, 0, 1] == 0


def test_errors_name_the_value():
    line = np.ones((4, 2))
    with pytest.raises(ValueError, match='event at frame 4 of 4 frames'):
        event_gaps([line, line], [[1], [4]])
    with pytest.raises(ValueError, match='whole frames'):
        event_gaps([line, line], [[1], [1.5]])
    with pytest.raises(ValueError, match=r'2 videos, but events per video: \[1, 2\]'):
        event_gaps([line, line], [[1], [1, 2]])
    with pytest.raises(ValueError, match="got 'dwt'"):
        event_gaps([], [], matching='dwt')
    with pytest.raises(ValueError, match='finite'):
        event_gaps([line * np.nan, line], [[1], [1]])
