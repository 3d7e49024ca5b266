import numpy as np
import pytest
from scipy.linalg import toeplitz
from scipy.stats import multivariate_normal

from carl_mm.functional.deviation.autocovariance import Autocovariance
from carl_mm.functional.deviation.stationary_densities import stationary_densities

RNG = np.random.default_rng(0)
PARTS = np.array([[0.3, 0.1], [0.5, 0.0], [0.0, 0.2], [0.4, 1.0], [0.7, 0.3]])


def test_each_segment_has_the_density_of_its_frames_alone():
    series = RNG.normal(size=(7, 2)).cumsum(axis=0)
    rows = np.stack(
        [Autocovariance(PARTS).at_lags(7), Autocovariance(2 * PARTS).at_lags(7)]
    )
    found = stationary_densities(series, rows)
    assert found.shape == (2, 7, 7)
    for process in range(2):
        for first in range(7):
            assert not found[process, first, :first].any()
            for last in range(first, 7):
                count = last - first + 1
                expected = count * np.log(2 * np.pi)  # of two channels
                for k in range(2):
                    covariance = toeplitz(rows[process, :count, k])
                    normal = multivariate_normal(np.zeros(count), covariance)
                    expected += normal.logpdf(series[first : last + 1, k])
                assert found[process, first, last] == pytest.approx(expected, rel=1e-9)


def test_by_hand():
    # Variance 4, covariance 2: the second given the first is 1/2 of it, +- sqrt 3.
    found = stationary_densities(np.array([[2.0], [3.0]]), np.array([[[4.0], [2.0]]]))
    alone = [-np.log(4) / 2 - 4 / 8, -np.log(4) / 2 - 9 / 8]
    both = alone[0] - np.log(3) / 2 - (3 - 1) ** 2 / 6
    np.testing.assert_allclose(found[0], [[alone[0], both], [0, alone[1]]])


def test_smooth_processes_lose_no_precision():
    # The worst there is: the smoothest process beside the smallest white part.
    parts = np.zeros((10, 1))
    parts[9] = 1
    rows = Autocovariance(parts).at_lags(256)
    series = np.linalg.cholesky(toeplitz(rows[:, 0])) @ RNG.normal(size=(256, 1))
    found = stationary_densities(series, rows[None])[0]
    for first, last in ((0, 255), (17, 200), (250, 255)):
        count = last - first + 1
        normal = multivariate_normal(np.zeros(count), toeplitz(rows[:count, 0]))
        expected = normal.logpdf(series[first : last + 1, 0])
        expected += count * np.log(2 * np.pi) / 2
        assert found[first, last] == pytest.approx(expected, rel=1e-8)
