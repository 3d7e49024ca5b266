import itertools

import numpy as np
import pytest

from carl_mm.functional import FrameMatch, cosine_dtw, match_frames
from carl_mm.functional.warping import many_paths
from carl_mm.functional.warping.many_paths import cosine_paths, frame_matches


def drawn_videos(monkeypatch, cells, lengths):
    monkeypatch.setattr(many_paths, 'PRODUCT_CELLS', cells)
    rng = np.random.default_rng(cells)
    return [rng.normal(size=(n, 4)) for n in lengths]


def each_pair(align_all, videos):
    """Align all pairs; each must come exactly once."""
    found = list(align_all(videos))
    pairs = sorted((i, j) for i, j, _ in found)
    assert pairs == list(itertools.combinations(range(len(videos)), 2))
    return found


@pytest.mark.parametrize('cells', [1, 100, 400, 2**18])
@pytest.mark.parametrize('lengths', [(9, 14, 1, 7, 12, 3), (1, 1, 1), (20, 2), (5,)])
def test_each_pair_is_aligned_as_alone(monkeypatch, cells, lengths):
    videos = drawn_videos(monkeypatch, cells, lengths)
    for i, j, path in each_pair(cosine_paths, videos):
        assert path.dtype == np.int64
        np.testing.assert_array_equal(path, cosine_dtw(videos[i], videos[j]))


def test_equal_costs_take_the_same_steps_as_alone():
    videos = [np.zeros((n, 3)) for n in (4, 2, 5)]
    for i, j, path in cosine_paths(videos):
        np.testing.assert_array_equal(path, cosine_dtw(videos[i], videos[j]))


@pytest.mark.parametrize('cells', [1, 100, 400, 2**18])
@pytest.mark.parametrize('lengths', [(9, 14, 1, 7, 12, 3), (1, 1, 1), (20, 2), (5,)])
@pytest.mark.parametrize('ends', ['auto', 'open'])
def test_each_pair_is_matched_as_alone(monkeypatch, cells, lengths, ends):
    videos = drawn_videos(monkeypatch, cells, lengths)
    for i, j, found in each_pair(lambda v: frame_matches(v, ends), videos):
        alone = match_frames(videos[i], videos[j], ends)
        assert found.ends == alone.ends
        for name in set(FrameMatch.__dataclass_fields__) - {'ends'}:
            values = getattr(found, name), getattr(alone, name)
            np.testing.assert_allclose(*values, rtol=1e-9, atol=1e-12, err_msg=name)


@pytest.mark.parametrize('align_all', [cosine_paths, frame_matches])
def test_no_video_has_no_pair(align_all):
    assert list(align_all([])) == []
