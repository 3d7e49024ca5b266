"""Densities of all segments of a series given the rest of it."""

import numpy as np
from scipy.linalg import cholesky, solve_triangular

from carl_mm.functional._compiled import compiled
from carl_mm.functional._inputs import Floats


def conditional_densities(series: Floats, precisions: Floats) -> Floats:
    """Compute the log density of each segment given all moments outside it.

    The precision of a block given the rest is the block of the precision matrix P, and
    its distance from the mean is P_block^-1 (P x)_block. The leading blocks of a
    Cholesky factor are the factors of the leading blocks; and when the first moment
    goes, the factor of what is left follows by an update of rank one.

    Args:
        series: ``(T, K)``, T >= 1; channels are independent.
        precisions: Inverse of the covariance matrix of each channel, ``(K, T, T)``.

    Returns:
        ``(T, T)`` natural logarithms by first and last moment, summed over the channels
        and less ``log(2 pi) / 2`` for each moment of each; 0 below the diagonal.
    """
    found = np.zeros(precisions.shape[1:])
    for values, precision in zip(series.T, precisions, strict=True):
        # Upper factors: what the update runs along lies side by side.
        factor = np.ascontiguousarray(cholesky(precision))
        whitened = solve_triangular(factor, precision @ values, trans='T')
        _add_densities(factor, whitened, found)
    return found


@compiled
def _add_densities(factor: Floats, whitened: Floats, found: Floats) -> None:
    """Add the densities of a channel to ``found``; the arguments are overwritten."""
    length = len(whitened)
    for first in range(length):
        running = 0.0
        for last in range(first, length):
            running += np.log(factor[last, last]) - whitened[last] ** 2 / 2
            found[first, last] += running
        gone, gone_whitened = factor[first], whitened[first]
        for row in range(first + 1, length):
            kept = factor[row]
            norm = np.hypot(kept[row], gone[row])
            cosine, sine = kept[row] / norm, gone[row] / norm
            for column in range(row, length):
                value = kept[column]
                kept[column] = cosine * value + sine * gone[column]
                gone[column] = cosine * gone[column] - sine * value
            value = whitened[row]
            whitened[row] = cosine * value + sine * gone_whitened
            gone_whitened = cosine * gone_whitened - sine * value
