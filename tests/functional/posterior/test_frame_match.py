import math

import numpy as np
import pytest

from carl_mm.functional import match_frames
from carl_mm.functional.posterior import frame_match
from carl_mm.functional.posterior.frame_match import Similarities, match
from tests.functional.posterior.open_paths import sums_over_paths


def unit(frames):
    return frames / np.linalg.norm(frames, axis=1, keepdims=True)


def walk(seed, length, dim=16):
    """A video that changes slowly."""
    steps = np.random.default_rng(seed).normal(size=(length, dim))
    return np.cumsum(steps, axis=0)


def noisy(video, seed, much=0.3):
    noise = np.random.default_rng(seed).normal(size=video.shape)
    return video + much * video.std() * noise


@pytest.mark.parametrize('shape', [(4, 4), (3, 5), (5, 3), (1, 4)])
def test_open_ends_equal_the_loops(shape):
    rng = np.random.default_rng(1)
    a, b = (rng.normal(size=(length, 3)) for length in shape)
    similarity = unit(a) @ unit(b).T
    mean, variance = similarity.mean(), similarity.var()
    _, cells, _, _ = sums_over_paths(6 * (similarity - mean), -1.0, 0.0)
    on_path = (cells * similarity).sum() / cells.sum()
    odds = (on_path - mean) / variance * (similarity - (mean + on_path) / 2)
    total, cells, rows, columns = sums_over_paths(odds, -1.0, 0.0, -8.0, True)
    found = match_frames(a, b, 'open')
    assert found.ends == 'open'
    assert math.isnan(found.evidence)
    assert found.log_partition == pytest.approx(total, abs=1e-9)
    np.testing.assert_allclose(found.matched_a, rows, atol=1e-9)
    np.testing.assert_allclose(found.matched_b, columns, atol=1e-9)
    alike = (cells * similarity).sum() / cells.sum()
    assert found.similarity == pytest.approx(alike)
    assert found.chance == pytest.approx(mean)


@pytest.mark.parametrize('shape', [(4, 5), (3, 3), (1, 4)])
def test_closed_ends_are_paths_from_corner_to_corner(shape):
    rng = np.random.default_rng(2)
    a, b = (rng.normal(size=(length, 3)) for length in shape)
    similarity = unit(a) @ unit(b).T
    odds = 6 * (similarity - similarity.mean())
    total, cells, _, _ = sums_over_paths(odds, -0.5, -200.0)
    found = match_frames(a, b, 'closed')
    assert found.log_partition == pytest.approx(total, abs=1e-9)
    assert found.matched_a == pytest.approx(np.ones(shape[0]))
    assert found.matched_b == pytest.approx(np.ones(shape[1]))
    alike = (cells * similarity).sum() / cells.sum()
    assert found.similarity == pytest.approx(alike)


def test_a_whole_video_is_closed_and_a_part_open():
    video = walk(0, 80)
    whole = match_frames(video, noisy(video, 1))
    assert whole.ends == 'closed'
    assert whole.evidence < frame_match.ENOUGH
    part = match_frames(video, noisy(video, 1)[30:60])
    assert part.ends == 'open'
    assert part.evidence > frame_match.ENOUGH
    inside = np.arange(80)
    inside = (inside >= 30) & (inside < 60)
    assert np.mean((part.matched_a > 0.5) == inside) > 0.85
    assert np.abs(part.frame_inds_b[32:58] - np.arange(2, 28)).mean() < 1.5


def test_other_content_before_after_and_between_is_left_out():
    video, other = walk(0, 90), walk(5, 75)
    parts = [other[:25], video[:40], other[25:50], video[40:], other[50:]]
    padded = noisy(np.concatenate(parts), 1)
    is_other = np.repeat([True, False, True, False, True], [25, 40, 25, 50, 25])
    found = match_frames(video, padded)
    assert found.ends == 'open'
    assert np.mean((found.matched_b < 0.5) == is_other) > 0.9
    assert (found.matched_a > 0.5).mean() > 0.95


def test_a_pause_costs_little():
    video = walk(0, 60)
    paused = noisy(video[[*range(30), *[30] * 20, *range(30, 60)]], 1)
    found = match_frames(video, paused)
    assert found.ends == 'closed'
    assert np.abs(found.frame_inds_b[:28] - np.arange(28)).mean() < 1.5
    assert np.abs(found.frame_inds_b[33:] - np.arange(53, 80)).mean() < 1.5


def test_the_order_of_the_videos_does_not_matter():
    a, b = walk(0, 50), noisy(walk(0, 50), 1)[10:]
    found, turned = match_frames(a, b), match_frames(b, a)
    assert found.ends == turned.ends
    assert found.evidence == pytest.approx(turned.evidence)
    assert found.similarity == pytest.approx(turned.similarity)
    np.testing.assert_allclose(found.matched_a, turned.matched_b, atol=1e-9)
    assert found.frame_inds_a.tolist() == turned.frame_inds_b.tolist()


@pytest.mark.parametrize('ends', ['auto', 'open', 'closed'])
def test_videos_in_which_nothing_changes_are_closed(ends):
    found = match_frames(np.ones((4, 3)), np.ones((7, 3)), ends)
    assert found.ends == 'closed'
    assert found.similarity == pytest.approx(1)
    assert found.matched_a.tolist() == [1] * 4


def test_similarities_of_videos_are_those_of_their_matrix():
    a, b = unit(walk(0, 30)), unit(walk(1, 20))
    whole, parts = Similarities.of_matrix(a @ b.T), Similarities.of_videos(a, b)
    assert parts.shape == whole.shape
    assert parts.chance == pytest.approx(whole.chance)
    assert parts.variance == pytest.approx(whole.variance)
    part = slice(3, 9)
    np.testing.assert_allclose(parts.odds(2, 0.5)(part), 2 * (a @ b.T - 0.5)[part])
    assert match(parts, 'auto').evidence == pytest.approx(match(whole, 'auto').evidence)


@pytest.mark.parametrize(
    ('lengths', 'ends', 'message'),
    [
        ((0, 3), 'auto', '0 and 3 frames'),
        ((3, 3), 'loose', "'loose'"),
        ((40, 30), 'auto', 'too long'),
    ],
)
def test_what_cannot_be_matched(monkeypatch, lengths, ends, message):
    monkeypatch.setattr(frame_match, 'MAX_CELLS', 1000)
    with pytest.raises(ValueError, match=message):
        match_frames(*(np.ones((length, 2)) for length in lengths), ends)


def test_embeddings_that_are_not_finite():
    with pytest.raises(ValueError, match='1 of 2 frames'):
        match_frames(np.ones((4, 1)), np.array([[1.0], [math.nan]]))
