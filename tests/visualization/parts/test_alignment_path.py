import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carl_mm.visualization.parts.alignment_path import aligned_frame_inds, check_path


def test_the_middle_of_the_matches_by_hand():
    path = np.array([[0, 0], [0, 1], [0, 2], [1, 2], [2, 3], [2, 4]])
    assert aligned_frame_inds(path, 3, 5).tolist() == [1, 2, 4]


@given(st.lists(st.sampled_from([(0, 1), (1, 0), (1, 1)]), max_size=30))
def test_equals_a_loop(steps):
    path = np.cumsum([(0, 0), *steps], axis=0)
    num_a, num_b = path[-1] + 1
    expected = []
    for frame in range(num_a):
        matches = [j for i, j in path if i == frame]
        expected.append(matches[len(matches) // 2])
    assert aligned_frame_inds(path, num_a, num_b).tolist() == expected


@pytest.mark.parametrize(
    ('path', 'message'),
    [
        ([[0, 0], [1, 5]], r'frames \(1, 5\), but the videos have 2 and 5 frames'),
        ([[0, -1], [1, 4]], 'runs from frame -1'),
        ([[0, 0, 0]], r'must be \(L, 2\)'),
        (np.zeros((0, 2), int), r'\(0, 2\)'),
    ],
)
def test_a_path_of_other_videos_is_refused(path, message):
    with pytest.raises(ValueError, match=message):
        check_path(np.array(path), 2, 5)


def test_frames_without_a_counterpart_need_no_match():
    path = np.array([[2, 1], [2, 2], [2, 3], [4, 5]])
    matched = np.array([False, False, True, False, True, False])
    assert aligned_frame_inds(path, 6, 7, matched).tolist() == [2, 2, 2, 2, 5, 5]
    nothing = np.zeros((0, 2), int)
    assert aligned_frame_inds(nothing, 2, 7, np.zeros(2, bool)).tolist() == [0, 0]
    with pytest.raises(ValueError, match='2 of the 6 frames.*without a match is 3'):
        aligned_frame_inds(path, 6, 7, np.arange(6) > 1)
    with pytest.raises(ValueError, match=r'one boolean per frame \(6\), got \(2,\)'):
        aligned_frame_inds(path, 6, 7, np.ones(2, bool))
    with pytest.raises(ValueError, match='int64'):
        aligned_frame_inds(path, 6, 7, np.ones(6, int))


def test_a_frame_without_a_match_is_named():
    with pytest.raises(ValueError, match='2 of the 3 frames.*without a match is 1'):
        aligned_frame_inds(np.array([[0, 0], [2, 1]]), 3, 2)
