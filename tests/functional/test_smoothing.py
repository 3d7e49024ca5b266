import math

import numpy as np
import pytest
import torch

from carl_mm.functional import fill_missing_frames, smooth_over_time

NAN = math.nan


def slow_smoothing(values, sigma):
    """Weigh every frame within three deviations, the ends repeated, in loops."""
    length, reach = len(values), math.floor(3 * sigma)
    out = np.zeros_like(values)
    for t in range(length):
        total = np.zeros(values.shape[1])
        weights = 0.0
        for gap in range(-reach, reach + 1):
            weight = math.exp(-(gap**2) / (2 * sigma**2))
            total += weight * values[min(max(t + gap, 0), length - 1)]
            weights += weight
        out[t] = total / weights
    return out


def slow_filling(values):
    known = [t for t, row in enumerate(values) if not any(math.isnan(v) for v in row)]
    out = np.zeros_like(values)
    for t in range(len(values)):
        before = [k for k in known if k <= t]
        after = [k for k in known if k >= t]
        if before and after and after[0] > before[-1]:
            share = (t - before[-1]) / (after[0] - before[-1])
            start, end = values[before[-1]], values[after[0]]
            out[t] = (1 - share) * start + share * end
        elif known:
            out[t] = values[before[-1] if before else after[0]]
    return out


@pytest.mark.parametrize('sigma', [0.4, 1.0, 2.5])
@pytest.mark.parametrize('length', [1, 2, 5, 30])
def test_smoothing_is_the_slow_loops(sigma, length):
    values = torch.from_numpy(np.random.default_rng(length).normal(size=(length, 3)))
    expected = slow_smoothing(values.numpy(), sigma)
    np.testing.assert_allclose(smooth_over_time(values, sigma), expected, atol=1e-12)


@pytest.mark.parametrize('length', [0, 1, 7])
def test_a_constant_stays_and_sigma_0_smooths_nothing(length):
    constant = torch.full((length, 2), 3.0)
    torch.testing.assert_close(smooth_over_time(constant, 1.0), constant)
    values = torch.randn(length, 2)
    assert torch.equal(smooth_over_time(values, 0.0), values)


def test_a_negative_sigma_is_told():
    with pytest.raises(ValueError, match=r'negative, got -1'):
        smooth_over_time(torch.zeros(3, 1), -1)


@pytest.mark.parametrize('seed', range(6))
def test_filling_is_the_slow_loops(seed):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(12, 3))
    missing = rng.random(12) < 0.2 + 0.12 * seed
    values[missing, rng.integers(0, 3)] = NAN  # one NaN is enough
    found = fill_missing_frames(torch.from_numpy(values))
    np.testing.assert_allclose(found, slow_filling(values), atol=1e-12)
    np.testing.assert_array_equal(found[~missing], values[~missing])


def test_filling_by_hand():
    column = torch.tensor([NAN, 1.0, NAN, NAN, 7.0, NAN])[:, None]
    expected = [1.0, 1.0, 3.0, 5.0, 7.0, 7.0]
    torch.testing.assert_close(fill_missing_frames(column).flatten().tolist(), expected)


@pytest.mark.parametrize('length', [0, 1, 4])
def test_where_nothing_is_known_all_is_zero(length):
    found = fill_missing_frames(torch.full((length, 2), NAN))
    assert torch.equal(found, torch.zeros(length, 2))
