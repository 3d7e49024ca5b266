from functools import reduce

import numpy as np

from carl_mm.functional.deviation.discriminant_axes import (
    Scatter,
    axes_of_parts,
    axes_of_videos,
    principal_axes,
    scatter_of_parts,
)
from tests.functional.deviation.courses import course

RNG = np.random.default_rng(0)


def total(videos, strayed):
    return reduce(Scatter.__add__, map(Scatter.of, videos, strayed))


def test_scatter_of_videos_is_that_of_their_frames():
    videos, strayed = (
        [course(RNG, n) for n in (7, 1, 4)],
        [course(RNG, n) for n in (7, 1, 4)],
    )
    found = total(videos, strayed)
    within, between = np.zeros((9, 9)), np.zeros((9, 9))
    expected = [v - s for v, s in zip(videos, strayed, strict=True)]
    mean = sum(frame for each in expected for frame in each) / 12
    for video in range(3):
        for frame in range(len(videos[video])):
            gap = expected[video][frame] - mean
            within += np.outer(strayed[video][frame], strayed[video][frame])
            between += np.outer(gap, gap)
    assert found.num_frames == 12
    np.testing.assert_allclose(found.mean, mean)
    np.testing.assert_allclose(found.within, within)
    np.testing.assert_allclose(found.between, between, atol=1e-12)


def test_scatter_by_hand():
    first = Scatter.of(np.array([[3.0], [5.0]]), np.array([[1.0], [2.0]]))
    # Expected 2 and 3; squares of the differences 1 + 4.
    assert (first.num_frames, first.within.item(), first.mean.item()) == (2, 5.0, 2.5)
    assert first.between.item() == 0.5
    both = first + Scatter.of(np.array([[7.0]]), np.array([[0.0]]))
    assert (both.mean.item(), both.between.item()) == (4.0, 4 + 1 + 9)


def test_discriminants_are_the_best_axes_there_are():
    videos = [course(RNG, n) for n in (40, 60)]
    strayed = [RNG.normal(size=each.shape) * np.linspace(0.1, 3, 9) for each in videos]
    axes = total(videos, strayed).axes(6)
    assert axes.shape == (9, 6)
    frames = np.concatenate(strayed)
    within = frames.T @ frames / 100
    within = 0.7 * within + 0.3 * np.trace(within) / 9 * np.eye(9)
    np.testing.assert_allclose(axes.T @ within @ axes, np.eye(6), atol=1e-9)
    between = np.cov((np.concatenate(videos) - frames).T, bias=True)
    values = np.linalg.eigvals(np.linalg.solve(within, between))
    expected = np.sort(values.real)[::-1][:6]
    np.testing.assert_allclose(axes.T @ between @ axes, np.diag(expected), atol=1e-9)
    few = total([each[:, :2] for each in videos], [x[:, :2] for x in strayed]).axes(6)
    assert few.shape == (2, 2)


def test_parts_have_axes_of_their_own():
    videos = [course(RNG, n) for n in (40, 60)]
    strayed = [0.1 * RNG.normal(size=each.shape) for each in videos]
    axes = axes_of_videos(videos, strayed, [4, 5])
    each = [
        scatter_of_parts(*pair, [4, 5]) for pair in zip(videos, strayed, strict=True)
    ]
    summed = axes_of_parts([a + b for a, b in zip(*each, strict=True)])
    np.testing.assert_allclose(np.abs(summed), np.abs(axes), atol=1e-9)
    first, second = [
        ([each[:, part] for each in videos], [each[:, part] for each in strayed])
        for part in (slice(0, 4), slice(4, 9))
    ]
    assert axes.shape == (9, 4 + 3)
    np.testing.assert_allclose(axes[:4, :4], total(*first).axes(6))
    np.testing.assert_allclose(axes[4:, 4:], total(*second).axes(3))
    assert not axes[:4, 4:].any() and not axes[4:, :4].any()


def test_axes_are_those_in_which_frames_vary_most():
    assert principal_axes([RNG.normal(size=(5, 128))]).tolist() == np.eye(128).tolist()
    frames = np.zeros((600, 150))
    frames[:, :140] = RNG.normal(size=(600, 140)) * np.linspace(9, 1, 140)
    axes = principal_axes([frames[:300], frames[300:]])
    np.testing.assert_allclose(axes.T @ axes, np.eye(128), atol=1e-9)
    frames += RNG.normal(size=150)  # their mean does not count
    centred = frames - frames.mean(axis=0)
    axes = principal_axes([frames[:300], frames[300:]])
    _, _, vectors = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(np.abs(vectors[:128] @ axes), np.eye(128), atol=1e-6)
