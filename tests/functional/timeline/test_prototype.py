import math

import numpy as np
import pytest

from carl_mm.functional.timeline import prototype
from carl_mm.functional.timeline.prototype import (
    fit_prototype,
    next_moments,
    resampled,
)
from tests.functional.posterior.open_paths import sums_over_paths
from tests.functional.timeline.warped_copies import copies


def unit(frames):
    return frames / np.linalg.norm(frames, axis=1, keepdims=True)


def random_videos(*lengths, dim=3):
    rng = np.random.default_rng(0)
    return [unit(rng.normal(size=(length, dim))) for length in lengths]


def slow_update(moments, videos, scale, gap, end_gap):
    """By loops over the cells, weighed by all paths one by one."""
    dim = moments.shape[1]
    sums = [[0.0] * dim for _ in moments]
    for video in videos:
        cosines = moments @ video.T
        odds = scale * (cosines - cosines.mean())
        _, cells, _, _ = sums_over_paths(odds, gap, end_gap)
        for k in range(len(moments)):
            mass = sum(cells[k, t] for t in range(len(video)))
            for t in range(len(video)):
                for d in range(dim):
                    sums[k][d] += cells[k, t] * video[t, d] / max(1, mass)
    return [[x / math.hypot(*row) for x in row] for row in sums]


@pytest.mark.parametrize('weights', [(20.0, -0.5, -1.0), (3.0, -1.0, -0.2)])
@pytest.mark.parametrize('num_moments', [1, 4])
def test_a_round_equals_the_loops(num_moments, weights):
    (moments,), videos = random_videos(num_moments), random_videos(3, 5, 1, 4)
    found = next_moments(moments, videos, *weights)
    np.testing.assert_allclose(found, slow_update(moments, videos, *weights), atol=1e-9)


def test_a_video_votes_by_at_most_one_by_hand():
    # One moment, of which both frames of the first video are copies: their mean votes
    # as the only frame of the second does.
    moments = np.array([[1.0, 0.0]])
    videos = [np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([[0.0, 1.0]])]
    found = next_moments(moments, videos, 20.0, 0.0, -50.0)
    np.testing.assert_allclose(found, [[math.sqrt(0.5), math.sqrt(0.5)]], atol=1e-6)


def test_moments_without_a_vote_stay():
    moments = unit(np.array([[1.0, 1.0], [1.0, 2.0]]))
    still = [np.zeros((2, 2))]
    np.testing.assert_array_equal(next_moments(moments, still, 20, -0.5, -1), moments)


def test_copies_of_one_video_are_their_own_prototype():
    videos, _ = copies(1)
    video = unit(videos[0])
    found = fit_prototype([video] * 3, len(video))
    assert np.einsum('kd,kd->k', found, video).min() > 0.99


def test_too_long_a_video_is_named(monkeypatch):
    monkeypatch.setattr(prototype, 'MAX_CELLS', 20)
    with pytest.raises(ValueError, match=r'video 1: 9 frames .* 4 moments'):
        fit_prototype(random_videos(4, 9), 4)


@pytest.mark.parametrize(('length', 'expected'), [(2, [0.5, 2.5]), (1, [1.5])])
def test_a_video_brought_to_another_length(length, expected):
    video = np.arange(4.0)[:, None]
    assert resampled(video, length)[:, 0].tolist() == expected
    assert resampled(video, 4)[:, 0].tolist() == [0, 1, 2, 3]
    assert resampled(video[:1], 3)[:, 0].tolist() == [0, 0, 0]
