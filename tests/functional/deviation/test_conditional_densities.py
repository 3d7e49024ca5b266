import numpy as np
import pytest
from scipy.stats import multivariate_normal

from carl_mm.functional.deviation.conditional_densities import conditional_densities

RNG = np.random.default_rng(0)


def log_density(values, covariance):
    """Without the constant, which no density of the module has."""
    if not len(values):
        return 0.0
    normal = multivariate_normal(np.zeros(len(values)), covariance)
    return normal.logpdf(values) + len(values) * np.log(2 * np.pi) / 2


def test_each_segment_has_its_density_given_the_others():
    roots = RNG.normal(size=(2, 6, 8))
    covariances = roots @ roots.transpose(0, 2, 1)  # of no stationary process
    series = RNG.normal(size=(6, 2))
    precisions = np.linalg.inv(covariances)
    kept = precisions.copy()
    found = conditional_densities(series, precisions)
    np.testing.assert_array_equal(precisions, kept)
    assert not found[np.tril_indices(6, -1)].any()
    for first in range(6):
        for last in range(first, 6):
            rest = [t for t in range(6) if not first <= t <= last]
            expected = 0.0
            for k in range(2):
                of_rest = covariances[k][np.ix_(rest, rest)]
                expected += log_density(series[:, k], covariances[k])
                expected -= log_density(series[rest, k], of_rest)
            assert found[first, last] == pytest.approx(expected, rel=1e-9)


def test_by_hand():
    # Covariance 4, 2, 4: either given the other is half of it, +- sqrt 3.
    precision = np.array([[4.0, -2.0], [-2.0, 4.0]]) / 12
    found = conditional_densities(np.array([[2.0], [3.0]]), precision[None])
    first = -np.log(3) / 2 - (2 - 1.5) ** 2 / 6
    second = -np.log(3) / 2 - (3 - 1) ** 2 / 6
    both = second - np.log(4) / 2 - 4 / 8
    np.testing.assert_allclose(found, [[first, both], [0, second]])


def test_one_moment():
    found = conditional_densities(np.array([[3.0]]), np.array([[[0.25]]]))
    np.testing.assert_allclose(found, [[-np.log(4) / 2 - 9 / 8]])
