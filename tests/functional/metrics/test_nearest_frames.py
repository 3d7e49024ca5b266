"""Nearest frames of many videos at once are those of exact distances, ties too."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from carl_mm.functional.metrics import _nearest_frames as _nearest
from carl_mm.functional.metrics._nearest_frames import (
    Candidates,
    nearest_candidates,
    nearest_in_each,
    nearest_in_others,
)

KINDS = ('random', 'integers', 'collapsed', 'smooth', 'outlier', 'tiny', 'huge')


def make_videos(kind, seed=0, lengths=(9, 1, 14, 6, 30)):
    rng = np.random.default_rng(seed)
    videos = [rng.normal(size=(length, 5)) for length in lengths]
    if kind == 'integers':  # full of ties
        videos = [rng.integers(0, 2, (length, 5)).astype(float) for length in lengths]
    elif kind == 'collapsed':
        videos = [np.full((length, 5), 0.3) for length in lengths]
    elif kind == 'smooth':  # neighbours differ by less than float32 resolves
        videos = [video[:1] + 1e-9 * video for video in videos]
    elif kind == 'outlier':
        videos[2][3] = 1e8
    elif kind == 'tiny':
        videos = [video * 1e-170 for video in videos]
    elif kind == 'huge':
        videos = [video * 1e150 for video in videos]
    return videos


@pytest.mark.parametrize('block', [1, 100, 2**20])
@pytest.mark.parametrize('kind', KINDS)
def test_nearest_in_each(kind, block, monkeypatch):
    monkeypatch.setattr(_nearest, 'MAX_BLOCK', block)
    videos = make_videos(kind)
    scale = {'tiny': 1e170, 'huge': 1e-150}.get(kind, 1.0)  # for the oracle alone
    oracle = [video * scale for video in videos]
    for index, nearest in nearest_in_others(videos):
        for j, other in enumerate(oracle):
            distances = ((oracle[index][:, None] - other[None]) ** 2).sum(axis=2)
            best = distances[np.arange(len(distances)), nearest[:, j]]
            np.testing.assert_allclose(best, distances.min(axis=1), rtol=1e-13)
            if kind in ('random', 'integers', 'collapsed', 'outlier'):
                assert nearest[:, j].tolist() == distances.argmin(axis=1).tolist()


def test_all_videos_come_once_and_in_order(monkeypatch):
    videos = make_videos('random', lengths=(3, 5, 2, 8, 1, 1, 4))
    whole = dict(nearest_in_others(videos))
    for block in (1, 30, 24 * 6, 10**6):
        monkeypatch.setattr(_nearest, 'MAX_BLOCK', block)
        parts = list(nearest_in_others(videos))
        assert [index for index, _ in parts] == list(range(7))
        for index, nearest in parts:
            np.testing.assert_array_equal(nearest, whole[index])
    assert list(nearest_in_others([])) == []


@pytest.mark.parametrize('kind', ['random', 'integers', 'collapsed', 'smooth'])
@pytest.mark.parametrize('count', [1, 4, 12])
def test_nearest_candidates(kind, count):
    videos = make_videos(kind)
    frames = np.concatenate(videos)
    allowed = np.random.default_rng(1).random((9, len(frames))) < 0.6
    distances = ((videos[0][:, None] - frames[None]) ** 2).sum(axis=2)
    distances[~allowed] = np.inf
    expected = distances.argsort(axis=1, kind='stable')[:, :count]
    found = nearest_candidates(videos[0], Candidates(videos), allowed, count)
    rows = np.arange(9)[:, None]
    np.testing.assert_allclose(
        distances[rows, found], distances[rows, expected], rtol=1e-12
    )
    if kind != 'smooth':
        np.testing.assert_array_equal(found, expected)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(1, 4))
def test_nearest_of_coarse_embeddings(seed, length, levels):
    rng = np.random.default_rng(seed)
    coarse = [rng.integers(0, levels, (length, 3)) for _ in range(3)]
    for scale in (4, 3):
        videos = [video / scale for video in coarse]
        found = nearest_in_each(videos[0], Candidates(videos))
        gaps = [cdist(videos[0], video, 'sqeuclidean') for video in videos]
        if scale == 4:  # quarters have no rounding: ties are ties for everyone
            expected = np.stack([gap.argmin(axis=1) for gap in gaps], axis=1)
            np.testing.assert_array_equal(found, expected)
        for gap, column in zip(gaps, found.T, strict=True):
            best = gap[np.arange(length), column]
            np.testing.assert_allclose(best, gap.min(axis=1), rtol=1e-13)
