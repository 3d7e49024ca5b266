import math

import numpy as np
import pytest

from carl_mm.functional.timeline.prototype_match import match_prototype
from tests.functional.posterior.open_paths import sums_over_paths


def unit(frames):
    return frames / np.linalg.norm(frames, axis=1, keepdims=True)


def test_what_is_told_equals_the_loops():
    rng = np.random.default_rng(1)
    moments = unit(rng.normal(size=(4, 3)))
    videos = [unit(rng.normal(size=(length, 3))) for length in (5, 3)]
    found = match_prototype(moments, videos, scale=6, gap=-0.5, end_gap=-1)
    for match, video in zip(found, videos, strict=True):
        cosines = moments @ video.T
        odds = 6 * (cosines - cosines.mean())
        _, cells, rows, columns = sums_over_paths(odds, -0.5, -1)
        usual = (cells * cosines).sum() / cells.sum()
        least = (usual + cosines.mean()) / 2
        for found_one, expected, shares, alike in (
            (match.moment_matched, rows, cells, cosines),
            (match.matched, columns, cells.T, cosines.T),
        ):
            good = [
                sum(w * c for w, c in zip(*pair, strict=True)) / sum(pair[0]) >= least
                for pair in zip(shares, alike, strict=True)
            ]
            inside = [any(good[: k + 1]) and any(good[k:]) for k in range(len(good))]
            np.testing.assert_allclose(found_one, expected * inside, atol=1e-9)
        means, spreads, agreed, mass = [], [], 0.0, 0.0
        for t in range(len(video)):
            weights = [cells[k, t] for k in range(4)]
            mean = sum(k * w for k, w in enumerate(weights)) / sum(weights)
            far = sum((k - mean) ** 2 * w for k, w in enumerate(weights))
            means.append(mean)
            spreads.append(math.sqrt(far / sum(weights)))
            agreed += sum(w * cosines[k, t] for k, w in enumerate(weights))
            mass += sum(weights)
        np.testing.assert_allclose(match.spread, spreads, atol=1e-6)
        if (np.diff(means) >= 0).all():
            np.testing.assert_allclose(match.moments, means, atol=1e-9)
        assert (np.diff(match.moments) >= 0).all()
        assert match.similarity == pytest.approx(agreed / mass - cosines.mean())


def test_a_video_that_is_the_prototype_matches_itself():
    (match,) = match_prototype(np.eye(9), [np.eye(9)], gap=-50.0)
    np.testing.assert_allclose(match.moments, np.arange(9), atol=1e-6)
    assert match.similarity == pytest.approx(1 - 1 / 9)
    assert (match.matched > 0.99).all()
    assert (match.spread < 0.01).all()


def test_a_single_frame_and_a_video_without_any_content():
    one, none = match_prototype(np.eye(3), [np.eye(3)[1:2], np.zeros((4, 3))])
    assert one.moments.tolist() == pytest.approx([1], abs=1e-6)
    assert np.isfinite(none.moments).all()
    assert none.similarity == 0
