import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carl_mm.functional import (
    sample_anchors_and_positives,
    sample_one_view,
    sample_two_speeds,
    sample_two_views,
)

LENGTHS = st.integers(5, 60)
FRAMES = st.integers(2, 40)
SEEDS = st.integers(0, 10**6)


def rng(seed=0):
    return np.random.default_rng(seed)


def check_views(frame_inds, valid, video_length, num_frames, num_views):
    assert frame_inds.shape == valid.shape == (num_views, num_frames)
    assert (frame_inds.dtype, valid.dtype) == (np.int64, bool)
    assert frame_inds.min() >= 0
    assert frame_inds.max() < video_length
    assert (valid[:, :-1] >= valid[:, 1:]).all(), 'padding is at the end'
    assert valid[:, 0].all()


@given(st.integers(1, 60), FRAMES, st.floats(1, 2), SEEDS)
def test_one_view_is_distinct_frames_in_order(length, num_frames, ratio, seed):
    inds, valid = sample_one_view(
        length, num_frames, max_crop_ratio=ratio, rng=rng(seed)
    )
    check_views(inds, valid, length, num_frames, 1)
    real = inds[valid]
    assert (np.diff(real) > 0).all()
    assert (inds[~valid] == length - 1).all()
    if ratio == 1:
        assert len(real) == min(length, num_frames)


def test_one_view_spans_the_whole_video_evenly():
    """Each of 12 frames is drawn in half of the views of 6."""
    counts = np.zeros(12)
    source = rng()
    for _ in range(2000):
        counts[sample_one_view(12, 6, rng=source)[0][0]] += 1
    np.testing.assert_allclose(counts / 2000, 0.5, atol=0.05)


def test_the_published_ratio_pads_a_fifth():
    """The mean of 1 - 1/r over r in [1, 1.5] is 1 - ln(1.5) / 0.5 = 0.189."""
    source = rng()
    shares = [
        sample_one_view(400, 80, max_crop_ratio=1.5, rng=source)[1].mean()
        for _ in range(2000)
    ]
    assert 1 - np.mean(shares) == pytest.approx(1 - np.log(1.5) / 0.5, abs=0.01)


@given(st.integers(2, 60), st.integers(1, 20), st.integers(1, 8), SEEDS)
def test_a_positive_is_shortly_before_its_anchor(length, pairs, window, seed):
    inds, valid = sample_anchors_and_positives(
        length, 2 * pairs, window=window, rng=rng(seed)
    )
    check_views(inds, valid, length, 2 * pairs, 1)
    anchors, positives = inds[0, 0::2], inds[0, 1::2]
    gaps = anchors - positives
    assert gaps.min() >= 1
    assert gaps.max() <= window
    real = valid[0, 0::2]
    assert (real == valid[0, 1::2]).all(), 'a pair is whole or padding'
    assert real.sum() == min(length - 1, pairs)
    assert (np.diff(anchors[real]) > 0).all()


def test_every_gap_is_as_likely():
    source, gaps = rng(), []
    for _ in range(500):
        inds, _ = sample_anchors_and_positives(500, 40, window=5, rng=source)
        gaps.extend((inds[0, 0::2] - inds[0, 1::2]).tolist())
    shares = np.bincount(gaps, minlength=6) / len(gaps)
    np.testing.assert_allclose(shares, [0, *[0.2] * 5], atol=0.02)


@given(LENGTHS, FRAMES, SEEDS)
def test_both_speeds_are_equally_long_and_start_in_one_stretch(
    length, num_frames, seed
):
    inds, valid = sample_two_speeds(length, num_frames, rng=rng(seed))
    check_views(inds, valid, length, num_frames, 2)
    assert (valid[0] == valid[1]).all(), 'padding must not tell the speed'
    num_drawn = valid[0].sum()
    assert num_drawn >= min(num_frames, int(length / 2.2)) >= 2
    for view in inds:
        assert (np.diff(view[valid[0]]) > 0).all()
        assert (view[~valid[0]] == view[num_drawn - 1]).all()
    slow, fast = (np.ptp(view) + 1 for view in inds)
    assert slow <= np.ceil(1.2 * num_drawn)
    assert fast <= np.ceil(2.2 * num_drawn)


def test_the_mean_steps_are_the_speeds():
    source = rng()
    steps = np.mean(
        [
            np.diff(sample_two_speeds(400, 64, rng=source)[0], axis=1).mean(axis=1)
            for _ in range(500)
        ],
        axis=0,
    )
    np.testing.assert_allclose(steps, [1.1, 1.95], atol=0.03)


def test_a_seed_repeats_the_draw():
    for function in (sample_one_view, sample_anchors_and_positives, sample_two_speeds):
        first, again, other = (function(50, 8, rng=rng(s))[0] for s in (1, 1, 2))
        assert (first == again).all()
        assert (first != other).any()


def test_one_frame():
    inds, valid = sample_one_view(1, 3, rng=rng())
    assert inds.tolist() == [[0, 0, 0]]
    assert valid.tolist() == [[True, False, False]]
    with pytest.raises(ValueError, match='TCN needs videos of at least 2'):
        sample_anchors_and_positives(1, 4, rng=rng())
    with pytest.raises(ValueError, match='at least 5 frames .* got 4 and 8'):
        sample_two_speeds(4, 8, rng=rng())


@pytest.mark.parametrize(
    ('call', 'match'),
    [
        (lambda: sample_one_view(0, 4, rng=rng()), 'got 0 and 4'),
        (lambda: sample_one_view(4, 0, rng=rng()), 'got 4 and 0'),
        (lambda: sample_one_view(4, 4, max_crop_ratio=0.5, rng=rng()), '0.5'),
        (lambda: sample_anchors_and_positives(9, 5, rng=rng()), 'got 5 and 5'),
        (lambda: sample_anchors_and_positives(9, 4, window=0, rng=rng()), 'and 0'),
        (lambda: sample_two_speeds(9, 1, rng=rng()), 'got 9 and 1'),
        (lambda: sample_two_speeds(99, 4, fast=(1.1, 2.0), rng=rng()), r'\(1.1, 2.0\)'),
        (lambda: sample_two_speeds(99, 4, normal=(0.5, 1), rng=rng()), r'\(0.5, 1\)'),
    ],
)
def test_bad_arguments_are_named(call, match):
    with pytest.raises(ValueError, match=match):
        call()


@pytest.mark.parametrize('length', [1, 30, 75, 300])
def test_finegyms_window_is_the_first_of_two(length):
    options = {'max_crop_ratio': 1.5, 'window': 'published_finegym'}
    for seed in range(20):
        view, valid = sample_one_view(
            length, 60, rng=np.random.default_rng(seed), **options
        )
        both, both_valid = sample_two_views(
            length, 60, rng=np.random.default_rng(seed), **options
        )
        assert view.shape == valid.shape == (1, 60)
        np.testing.assert_array_equal(view, both[:1])
        np.testing.assert_array_equal(valid, both_valid[:1])
    with pytest.raises(ValueError, match="got 'paper'"):
        sample_one_view(length, 60, window='paper', rng=np.random.default_rng(0))
