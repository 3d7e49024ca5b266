import numpy as np

from carl_mm.functional import dtw
from carl_mm.functional.deviation.segment_evidence import strange_odds
from carl_mm.functional.deviation.usual_differences import (
    UsualDifferences,
    align_windows,
    differences,
)
from tests.functional.deviation.courses import course

RNG = np.random.default_rng(0)


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


def test_odds_are_of_the_series_along_the_axes():
    videos = [course(RNG, n) for n in (40, 60)]
    strayed = [0.1 * RNG.normal(size=each.shape) for each in videos]
    usual = UsualDifferences.of(videos, strayed, [9])
    judged = RNG.normal(size=(30, 9))
    expected = strange_odds(judged @ usual.axes, usual.usual, usual.strange, 0.125)
    np.testing.assert_allclose(usual.odds(judged), expected)


def test_long_videos_are_judged_by_means_of_frames():
    videos = [course(RNG, n) for n in (40, 60)]
    usual = UsualDifferences.of(
        videos, [0.1 * RNG.normal(size=v.shape) for v in videos], [9]
    )
    judged = 0.1 * RNG.normal(size=(515, 9))  # 171 moments of 3 frames and one of 2
    judged[200:230, :3] += 1
    found = usual.odds(judged)
    assert found.shape == (515,)
    moments = np.stack([judged[t : t + 3].mean(axis=0) for t in range(0, 515, 3)])
    parts = usual.usual, usual.strange
    expected = strange_odds(moments @ usual.axes, *parts, 0.125, 3)
    np.testing.assert_allclose(found, np.repeat(expected, 3)[:515])
    assert 198 <= found.argmax() <= 232


def test_references_that_do_not_differ_are_no_division_by_zero():
    videos = [course(RNG, 20)] * 2
    usual = UsualDifferences.of(videos, [np.zeros((20, 9))] * 2, [9])
    assert usual.odds(np.zeros((4, 9))).max() < 5
    assert usual.odds(np.ones((4, 9))).min() > 1e5
