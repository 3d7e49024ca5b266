"""Densities of all segments of a stationary series, by the lattice of its errors."""

import numpy as np

from carl_mm.functional._inputs import Floats


def stationary_densities(series: Floats, covariances: Floats) -> Floats:
    """Compute the log density of each segment of a series on its own.

    The density of a segment is the product of those of each moment given the ones
    before it in the segment. The errors of the best predictions from n moments follow
    from those from n - 1 (Levinson and Durbin), for all segments at once.

    Args:
        series: ``(T, K)``, T >= 1; channels are independent.
        covariances: Covariance of each channel at lags of 0, 1, ... of each process,
            ``(A, T, K)``; positive definite.

    Returns:
        ``(A, T, T)`` natural logarithms by first and last moment, summed over the
        channels and less ``log(2 pi) / 2`` for each moment of each; 0 below the
        diagonal.
    """
    length = len(series)
    lags = np.moveaxis(covariances, 1, 2)  # (A, K, T)
    forward = np.broadcast_to(series.T, lags.shape)  # errors of what comes next
    backward = forward  # and of what came before
    weights = np.empty((*lags.shape[:2], 0))  # of the moments, the nearest first
    variance = lags[..., 0]
    running = np.zeros((len(covariances), length))
    found = np.zeros((len(covariances), length, length))
    firsts = np.arange(length)
    for order in range(length):
        if order:
            product = np.einsum('akn,akn->ak', weights, lags[..., order - 1 : 0 : -1])
            reflection = ((lags[..., order] - product) / variance)[..., None]
            turned = weights[..., ::-1]
            weights = np.concatenate([weights - reflection * turned, reflection], -1)
            variance = variance * (1 - reflection[..., 0] ** 2)
            ahead, behind = forward[..., 1:], backward[..., :-1]
            forward = ahead - reflection * behind
            backward = behind - reflection * ahead
        count = length - order
        terms = np.einsum('akt,akt,ak->at', forward, forward, -0.5 / variance)
        terms -= 0.5 * np.log(variance).sum(axis=1)[:, None]
        running = running[:, :count] + terms
        found[:, firsts[:count], firsts[order:]] = running
    return found
