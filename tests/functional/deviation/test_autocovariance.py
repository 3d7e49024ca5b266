import numpy as np
from scipy.linalg import toeplitz
from scipy.optimize import nnls

from carl_mm.functional.deviation.autocovariance import NUGGET, Autocovariance

RNG = np.random.default_rng(0)
# White, constant, and scales of 1, 2 and 4 frames; two channels.
PARTS = np.array([[0.3, 0.1], [0.5, 0.0], [0.0, 0.2], [0.4, 1.0], [0.7, 0.3]])


def covariance(parts, lag):
    smooth = [np.exp(-(lag**2) / (2 * scale**2)) for scale in (1, 2, 4)]
    return parts[0] * (lag == 0) + parts[1] + parts[2:].T @ smooth


def test_lags_by_the_formula():
    found = Autocovariance(PARTS).at_lags(9)
    expected = np.stack([covariance(PARTS, lag) for lag in range(9)])
    expected[0] *= 1 + NUGGET
    np.testing.assert_allclose(found, expected)


def test_moments_have_the_covariance_of_means_of_frames():
    means = np.kron(np.eye(5), np.full((1, 3), 1 / 3))
    found = Autocovariance(PARTS).at_lags(5, width=3)
    for channel in range(2):
        rows = [covariance(PARTS, lag)[channel] for lag in range(15)]
        expected = (means @ toeplitz(rows) @ means.T)[0]
        expected[0] *= 1 + NUGGET
        np.testing.assert_allclose(found[:, channel], expected)


def test_the_fit_is_that_of_mean_products_at_each_lag():
    series = [RNG.normal(size=(n, 2)).cumsum(axis=0) for n in (4, 11, 8)]
    found = Autocovariance.of(series)
    assert found.parts.shape == (2 + 3, 2)  # scales 1, 2, 4: half of 11 is 5
    assert (found.parts >= 0).all()
    for channel in range(2):
        rows, targets = [], []
        for lag in range(11):
            products = [
                each[t, channel] * each[t + lag, channel]
                for each in series
                for t in range(len(each) - lag)
            ]
            weight = np.sqrt(len(products))
            shape = [lag == 0, 1, *(np.exp(-((lag / s) ** 2) / 2) for s in (1, 2, 4))]
            rows.append(weight * np.array(shape, dtype=float))
            targets.append(weight * np.mean(products))
        expected, _ = nnls(np.array(rows), np.array(targets))
        np.testing.assert_allclose(found.parts[:, channel], expected, atol=1e-9)


def test_a_known_process_is_found_again():
    lags = np.stack([covariance(PARTS, lag) for lag in range(64)])
    factors = [np.linalg.cholesky(toeplitz(rows)) for rows in lags.T]
    series = [
        np.stack([factor @ RNG.normal(size=64) for factor in factors], axis=1)
        for _ in range(600)
    ]
    found = Autocovariance.of(series).at_lags(64)
    np.testing.assert_allclose(found, lags, atol=0.13)


def test_a_series_of_one_frame_has_a_covariance():
    found = Autocovariance.of([np.array([[2.0, 0.0]])])
    assert found.parts.sum(axis=0).tolist() == [4, 0]
    assert (found.at_lags(1) > 0).all()
