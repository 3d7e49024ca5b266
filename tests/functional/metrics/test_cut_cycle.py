import numpy as np
import pytest
import torch

from carl_mm.functional import cut_cycle_error, relative_time_embedding
from tests.functional.posterior.open_paths import sums_over_paths


def best_by_loops(frames, others):
    """The median match of each frame over all monotone paths, each listed."""
    cosines = np.array(
        [
            [np.dot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b)) for b in others]
            for a in frames
        ]
    )
    _, cells, _, _ = sums_over_paths(6 * (cosines - cosines.mean()), -0.5, -1.0)
    return [
        next(m for m in range(len(row)) if row[: m + 1].sum() >= row.sum() / 2 - 1e-9)
        for row in cells
    ]


def error_by_loops(whole, other, cut, cut_inds):
    there = best_by_loops(whole, other)
    back = best_by_loops(other, cut)
    total = 0.0
    for place, frame in enumerate(cut_inds):
        total += abs(back[there[frame]] - place)
    return total / len(cut_inds) / len(cut_inds)


@pytest.mark.parametrize('seed', range(4))
@pytest.mark.parametrize('inds', [[1, 2, 3], [0, 0, 2, 4], [4], [0, 1, 2, 3, 4]])
def test_it_equals_the_loops(seed, inds):
    rng = np.random.default_rng(seed)
    moments = 3 * np.eye(5)
    whole = moments + rng.normal(size=(5, 5)) / 2
    other = moments[[0, 1, 1, 3, 4]] + rng.normal(size=(5, 5)) / 2
    cut = whole[inds] + rng.normal(size=(len(inds), 5)) / 4
    expected = error_by_loops(whole, other, cut, inds)
    assert cut_cycle_error(whole, other, cut, inds) == pytest.approx(expected)


def test_worked_by_hand():
    """Both frames of the cut go to frame 3 of the other video, and back to place 1.

    The first of them belongs to place 0, so the distances are 1 and 0: 1/2 in the mean,
    of a cut of 2 frames.
    """
    moments = np.eye(6)
    whole, other = moments[[0, 1, 2, 4, 4]], moments[[0, 1, 2, 4]]
    cut = moments[[5, 4]]
    assert cut_cycle_error(whole, other, cut, [3, 4]) == 0.25


def content(times, dim=24):
    """Bumps along a path through moments: the same moment looks the same."""
    centres = np.linspace(0, 1, dim)
    return np.exp(-(((times[:, None] - centres) / 0.04) ** 2))


def test_content_finds_its_way_and_relative_time_does_not():
    whole_times = np.linspace(0, 1, 60)
    other_times = np.linspace(0, 1, 45) ** 1.5
    inds = np.arange(25, 58)
    known = cut_cycle_error(
        content(whole_times), content(other_times), content(whole_times[inds]), inds
    )
    position = [relative_time_embedding(n) for n in (60, 45, len(inds))]
    blind = cut_cycle_error(*position, inds)
    assert known < 0.02
    assert blind > 0.15
    assert blind > 10 * known


def test_relative_time_is_enough_for_a_cut_that_is_whole():
    position = [relative_time_embedding(n) for n in (40, 40, 40)]
    assert cut_cycle_error(*position, np.arange(40)) == 0


def test_one_frame_and_tensors():
    frame = torch.ones(1, 3)
    assert cut_cycle_error(frame, frame, frame, [0]) == 0
    video = torch.eye(6)
    inds = torch.tensor([2, 3, 4])
    assert cut_cycle_error(video, video, video[2:5], inds) == 0


@pytest.mark.parametrize('inds', [[0, 1], [0, 1, 6], [-1, 0, 1], [[0, 1, 2]]])
def test_frames_that_are_not_in_the_video_are_named(inds):
    video = np.eye(6)
    with pytest.raises(ValueError, match='3 frames of a video of 6') as error:
        cut_cycle_error(video, video, video[:3], inds)
    assert str(inds) in str(error.value)


def test_a_value_that_is_not_finite_and_an_empty_video_are_refused():
    video = np.eye(6)
    broken = video.copy()
    broken[1, 1] = np.nan
    with pytest.raises(ValueError, match='NaN'):
        cut_cycle_error(video, broken, video[:2], [0, 1])
    with pytest.raises(ValueError, match='0 frames'):
        cut_cycle_error(video, np.empty((0, 6)), video[:2], [0, 1])
    with pytest.raises(ValueError, match='0 frames'):
        cut_cycle_error(video, video, np.empty((0, 6)), [])
