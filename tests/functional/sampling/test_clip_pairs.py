import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest

from carl_mm.functional import gap_quantile, sample_clip_pair


def draw(length, count, num_frames=16, frame_interval=2, seed=0):
    rng = np.random.default_rng(seed)
    return np.stack(
        [
            sample_clip_pair(length, num_frames, frame_interval, rng=rng)
            for _ in range(count)
        ]
    )


@pytest.fixture(scope='module')
def starts():
    """100,000 pairs of a video of ten seconds: M = 300 - 30 = 270 starts."""
    return draw(300, 100_000)[:, :, 0]


def test_gaps_are_distributed_as_published(starts):
    """P(gap <= k) of whole frames is F(k + 1), as the quantile is rounded down."""
    gaps = np.abs(starts[:, 0] - starts[:, 1])
    shares = np.bincount(gaps, minlength=270).cumsum() / len(gaps)
    k = np.arange(1, 271)
    published = 2 * k / 270 - (k / 270) ** 2
    # Kolmogorov's distance at a risk of 0.1%.
    assert np.abs(shares - published).max() < 1.95 / math.sqrt(len(gaps))
    # Uniform starts, or gaps, would be far from it.
    assert np.abs(k / 270 - published).max() > 0.2


def test_the_quantile_against_the_published_cdf():
    """On a scale on which rounding vanishes, by scipy's test."""
    rng, num_starts = np.random.default_rng(1), 10**9
    gaps = np.array([gap_quantile(u, num_starts) for u in rng.random(100_000)])

    def cdf(k):
        return 2 * k / num_starts - (k / num_starts) ** 2

    assert kstest(gaps, cdf).pvalue > 0.01


def bisected(share, num_starts):
    """The largest whole k with F(k) <= u, searched as the released code does."""
    low, high = 0, num_starts
    while high - low > 1:
        middle = (low + high) // 2
        if 2 * middle / num_starts - (middle / num_starts) ** 2 > share:
            high = middle
        else:
            low = middle
    return low


@settings(deadline=None, max_examples=200)
@given(st.integers(0, 10**6), st.integers(1, 3000))
def test_the_quantile_is_the_bisection(share, num_starts):
    share = (share + 0.37) / (10**6 + 1)  # between the places where both may round
    assert gap_quantile(share, num_starts) == bisected(share, num_starts)


def test_the_quantile_by_hand():
    # F(1) = 2/4 - 1/16 = 7/16, F(2) = 3/4, F(3) = 15/16.
    assert [gap_quantile(u, 4) for u in (0, 0.43, 0.44, 0.74, 0.76, 0.93, 0.94)] == (
        [0, 0, 1, 1, 2, 2, 3]
    )
    assert gap_quantile(np.nextafter(1, 0), 270) == 269
    assert gap_quantile(0.999, 1) == 0


def test_the_earlier_start_is_uniform_in_what_is_left(starts):
    earlier, gap = starts.min(axis=1), np.abs(starts[:, 0] - starts[:, 1])
    assert (earlier + gap).max() == 269
    for value in (0, 40, 120):
        chosen = earlier[gap == value]
        counts = np.bincount(chosen, minlength=270 - value)
        assert len(counts) == 270 - value
        expected = len(chosen) / len(counts)
        chi_square = ((counts - expected) ** 2 / expected).sum()
        # Its mean is the number of cells, its variance twice that.
        assert abs(chi_square - len(counts)) < 5 * math.sqrt(2 * len(counts))


def test_either_clip_is_as_often_the_first(starts):
    ahead = (starts[:, 0] < starts[:, 1]).sum() / (starts[:, 0] != starts[:, 1]).sum()
    assert abs(ahead - 0.5) < 4 * 0.5 / math.sqrt(len(starts))


@settings(deadline=None, max_examples=100)
@given(
    st.integers(1, 200),
    st.integers(1, 20),
    st.integers(1, 5),
    st.integers(0, 1000),
)
def test_clips_are_of_the_video(length, num_frames, interval, seed):
    pair = draw(length, 1, num_frames, interval, seed)[0]
    assert pair.shape == (2, num_frames)
    assert pair.dtype == np.int64
    assert pair.min() >= 0
    assert pair.max() < length
    steps = np.diff(pair, axis=1)
    if length >= (num_frames - 1) * interval + 1:
        assert (steps == interval).all()
    else:  # or counted from the start again
        assert ((steps - interval) % length == 0).all()


def test_a_short_video_is_looped_from_independent_starts():
    pairs = draw(7, 30_000)
    starts = pairs[:, :, 0]
    np.testing.assert_array_equal(pairs, (starts[:, :, None] + 2 * np.arange(16)) % 7)
    table = np.histogram2d(*starts.T, bins=7, range=[[-0.5, 6.5]] * 2)[0] / len(pairs)
    assert np.abs(table - 1 / 49).max() < 5 * math.sqrt(1 / 49 / len(pairs))


def test_a_video_as_long_as_a_clip_has_one_start():
    np.testing.assert_array_equal(
        draw(31, 5), np.broadcast_to(2 * np.arange(16), (5, 2, 16))
    )
    assert draw(1, 3).max() == 0  # one frame, sixteen times


@pytest.mark.parametrize('numbers', [(0, 16, 2), (10, 0, 2), (10, 16, 0), (-3, 1, 1)])
def test_bad_numbers_are_named(numbers):
    message = '{}, {} and {}'.format(*numbers)
    with pytest.raises(ValueError, match=message):
        sample_clip_pair(*numbers, rng=np.random.default_rng(0))


@pytest.mark.parametrize(('share', 'num_starts'), [(1.0, 5), (-0.1, 5), (0.5, 0)])
def test_a_bad_quantile_is_named(share, num_starts):
    with pytest.raises(ValueError, match=f'{share} and {num_starts}'):
        gap_quantile(share, num_starts)
