import numpy as np
import pytest
from scipy.stats import kendalltau

from carl_mm.functional.metrics._rank_correlation import MAX_FRAMES, tau_of_columns


@pytest.mark.parametrize('length', [2, 3, 35, MAX_FRAMES, MAX_FRAMES + 1])
@pytest.mark.parametrize('levels', [1, 2, 7, 1000])
def test_tau_is_scipys(length, levels):
    rng = np.random.default_rng(length)
    values = rng.integers(0, levels, (length, 6))
    values[:, 5] = np.arange(length)
    values[:, 4] = np.arange(length)[::-1]
    found = tau_of_columns(values)
    order = np.arange(length)
    expected = [kendalltau(order, column).statistic for column in values.T]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)
    assert np.isnan(tau_of_columns(values[:1])).all()


def test_tau_by_hand():
    rankings = np.array([[0, 2, 0], [1, 1, 0], [2, 0, 1]])
    found = tau_of_columns(rankings)
    # Two of three pairs agree, one is tied: 2 / sqrt(3 x 2).
    np.testing.assert_allclose(found, [1, -1, 2 / np.sqrt(6)])
