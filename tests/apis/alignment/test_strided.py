"""Long videos are aligned by every K-th frame; all frames keep their numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carl_mm.apis import align, rank_by_alignment
from carl_mm.apis.alignment.strided import least_stride, strided


def spiral(at):
    """A video that shows where it is, at moments in [0, 1]."""
    turns = 2 * np.pi * np.asarray(at)[:, None] * [0.4, 1.1, 1.9]
    return np.concatenate([np.cos(turns), np.sin(turns)], axis=1)


A = spiral(np.linspace(0, 1, 241))
MOMENTS = np.linspace(0, 1, 361) ** 1.5
B = spiral(MOMENTS)


@given(st.integers(1, 400), st.integers(1, 50))
def test_the_first_and_the_last_frame_are_among_every_kth(num_frames, stride):
    inds = strided(num_frames, stride)
    assert inds[0] == 0
    assert inds[-1] == num_frames - 1
    assert (np.diff(inds) <= stride).all()
    assert (np.diff(inds)[:-1] == stride).all()


@given(st.integers(1, 3000), st.integers(1, 3000), st.integers(4, 10**6))
def test_the_least_stride_is_the_least(length_a, length_b, max_pairs):
    def pairs(stride):
        return len(strided(length_a, stride)) * len(strided(length_b, stride))

    stride = least_stride((length_a, length_b), max_pairs)
    assert pairs(stride) <= max_pairs
    assert stride == 1 or pairs(stride - 1) > max_pairs


@pytest.mark.parametrize('ends', ['closed', 'open', 'auto'])
@pytest.mark.parametrize('stride', [2, 7, 24])
def test_all_frames_get_a_match_near_the_right_one(stride, ends):
    found = align(A, B, ends=ends, stride=stride)
    assert found.stride == stride
    right = np.searchsorted(MOMENTS, np.linspace(0, 1, 241)).clip(0, 360)
    assert len(found.frame_inds_b) == len(found.confidence_a) == 241
    assert len(found.frame_inds_a) == len(found.matched_b) == 361
    assert (np.diff(found.frame_inds_b) >= 0).all()
    off = np.abs(found.frame_inds_b - right)[found.matched_a]
    assert np.median(off) <= 3
    assert off[::stride].max() <= stride + 8
    assert found.path[:, 0].tolist() == np.flatnonzero(found.matched_a).tolist()
    assert found.score == pytest.approx(align(A, B, ends=ends).score, abs=0.02)


@pytest.mark.parametrize('stride', [2, 7, 500])
def test_a_path_of_dtw_goes_through_all_frames_in_steps_of_one(stride):
    found = align(A, B, 'dtw', stride=stride)
    assert found.path[0].tolist() == [0, 0]
    assert found.path[-1].tolist() == [240, 360]
    steps = np.diff(found.path, axis=0)
    assert steps.min() >= 0
    assert steps.max() == 1
    assert steps.any(axis=1).all()
    assert set(found.path[:, 0]) == set(range(241))
    assert set(found.path[:, 1]) == set(range(361))


@pytest.mark.parametrize('method', ['posterior', 'dtw'])
def test_a_stride_of_one_is_none(method):
    ours, theirs = align(A, B, method, stride=1), align(A, B, method)
    assert theirs.stride == 1
    for name, value in vars(ours).items():
        np.testing.assert_array_equal(value, getattr(theirs, name), err_msg=name)


def test_frames_without_counterpart_stay_without():
    """The second half of b shows nothing of a."""
    rng = np.random.default_rng(0)
    b = np.concatenate([A, rng.normal(size=(240, 6))])
    found = align(A, b, ends='open', stride=4)
    assert found.matched_b[:230].all()
    assert found.matched_b[250:].mean() < 0.1


@pytest.mark.parametrize('length', [1, 2, 3])
def test_videos_shorter_than_the_stride(length):
    found = align(A[:length], B, stride=1000)
    assert found.frame_inds_b.shape == (length,)
    assert found.frame_inds_a.max() <= length - 1


def test_what_is_too_long_is_strided_by_itself(monkeypatch):
    monkeypatch.setattr(
        'carl_mm.apis.alignment.align.MAX_PAIRS', {'posterior': 10_000, 'dtw': 10_000}
    )
    for method in ('posterior', 'dtw'):
        found = align(A, B, method)
        assert found.stride == 3
        assert len(found.frame_inds_b) == 241
    assert align(A, B, 'nearest').stride == 1
    ranked = rank_by_alignment(A, [B, B[::-1]])
    assert [each.alignment.stride for each in ranked] == [3, 3]
    assert [each.index for each in ranked] == [0, 1]


@pytest.mark.parametrize(('method', 'stride'), [('dtw', 0), ('nearest', 2)])
def test_a_stride_that_cannot_be(method, stride):
    with pytest.raises(
        ValueError, match=rf"stride must be.* got {stride} and '{method}'"
    ):
        align(A, B, method, stride=stride)
