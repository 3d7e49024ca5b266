import numpy as np

from carl_mm.functional import dtw
from carl_mm.functional.deviation import (
    Spread,
    align_windows,
    differences,
    principal_axes,
    runs_above,
    stack_window,
)

RNG = np.random.default_rng(0)


def test_windows_by_hand():
    frames = np.array([[1.0, 10], [2, 20], [3, 30]])
    assert stack_window(frames, 1).tolist() == [
        [1, 10, 1, 10, 2, 20],
        [1, 10, 2, 20, 3, 30],
        [2, 20, 3, 30, 3, 30],
    ]
    assert stack_window(frames[:1], 2).tolist() == [[1, 10] * 5]


def test_windows_are_aligned_by_all_their_frames():
    a, b = RNG.normal(size=(9, 4)), RNG.normal(size=(12, 4))
    a /= np.linalg.norm(a, axis=1, keepdims=True)
    b /= np.linalg.norm(b, axis=1, keepdims=True)
    cost = np.zeros((9, 12))
    for n in range(9):
        for m in range(12):
            for shift in range(-2, 3):
                frames = a[np.clip(n + shift, 0, 8)], b[np.clip(m + shift, 0, 11)]
                cost[n, m] += (1 - frames[0] @ frames[1]) / 5
    assert align_windows(a, b).tolist() == dtw(cost).tolist()


def test_differences_equal_a_loop():
    video, references = (
        RNG.normal(size=(8, 3)),
        [RNG.normal(size=(n, 3)) for n in (5, 9)],
    )
    paths = [dtw(RNG.random((8, len(reference)))) for reference in references]
    expected = video.copy()
    for reference, path in zip(references, paths, strict=True):
        for frame in range(8):
            matched = [reference[m] for n, m in path if n == frame]
            expected[frame] -= np.mean(matched, axis=0) / 2
    np.testing.assert_allclose(differences(video, references, paths), expected)


def test_distances_equal_a_loop():
    good = [RNG.normal(size=(n, 2)) for n in (20, 30)]
    windows = np.concatenate([stack_window(each, 4) for each in good])
    covariance = np.cov(windows.T, bias=True)
    shrunk = 0.15 * covariance + 0.85 * np.mean(np.diag(covariance)) * np.eye(18)
    judged = RNG.normal(size=(7, 2))
    single = []
    for window in stack_window(judged, 4):
        gap = window - windows.mean(axis=0)
        single.append(np.sqrt(gap @ np.linalg.inv(shrunk) @ gap / 18))
    expected = [
        np.mean([single[min(max(t + s, 0), 6)] for s in range(-2, 3)]) for t in range(7)
    ]
    spread = Spread.of(good[0]) + Spread.of(good[1])
    np.testing.assert_allclose(spread.distances(judged), expected)
    again = spread + Spread.of(judged) - Spread.of(judged)
    np.testing.assert_allclose(again.distances(judged), expected)


def test_a_jump_is_farther_than_its_frames():
    walks = [np.cumsum(RNG.normal(size=(400, 3)), axis=0) / 20 for _ in range(5)]
    walks = [walk - walk.mean(axis=0) for walk in walks]
    spread = sum((Spread.of(walk) for walk in walks[1:]), Spread.of(walks[0]))
    calm = np.zeros((60, 3))
    jump = calm + np.where(np.arange(60) < 30, -0.5, 0.5)[:, None]
    found = spread.distances(jump)
    assert 27 <= found.argmax() <= 32
    assert found.max() > 1.3 * max(found[5], found[-5])


def test_references_that_do_not_differ_are_no_division_by_zero():
    spread = Spread.of(np.zeros((6, 2)))
    assert spread.distances(np.zeros((4, 2))).tolist() == [0] * 4
    assert (spread.distances(np.ones((4, 2))) > 1e5).all()


def test_axes_are_those_in_which_differences_vary_most():
    assert principal_axes([RNG.normal(size=(5, 128))]).tolist() == np.eye(128).tolist()
    frames = np.zeros((600, 150))
    frames[:, :140] = RNG.normal(size=(600, 140)) * np.linspace(9, 1, 140)
    axes = principal_axes([frames[:300], frames[300:]])
    np.testing.assert_allclose(axes.T @ axes, np.eye(128), atol=1e-9)
    _, _, vectors = np.linalg.svd(frames, full_matrices=False)
    np.testing.assert_allclose(np.abs(vectors[:128] @ axes), np.eye(128), atol=1e-6)


def test_runs_by_hand():
    scores = np.array([5.0, 1, 2, 3, 3, 1, 2.5])
    assert runs_above(scores, 2) == [(0, 0), (3, 4), (6, 6)]
    assert runs_above(scores, 0) == [(0, 6)]
    assert runs_above(scores, 5) == []
