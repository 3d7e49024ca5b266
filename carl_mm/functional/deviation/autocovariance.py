"""Stationary covariances of time series, one channel at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from carl_mm.functional._inputs import Floats

NUGGET = 1e-3  # of the variance, white: smooth kernels alone are singular


@dataclass(frozen=True)
class Autocovariance:
    """Stationary covariance of each channel: white, constant and smooth parts.

    The covariance of channel k at a lag of n frames is ``parts[0, k] [n = 0] +
    parts[1, k] + sum_s parts[2 + s, k] exp(-(n / 2^s)^2 / 2)``, with length scales of
    1, 2, 4, ... frames.

    Attributes:
        parts: ``(2 + S, K)`` variances of the parts, >= 0.
    """

    parts: Floats

    @classmethod
    def of(cls, series: Sequence[Floats]) -> 'Autocovariance':
        """Fit the mean products at each lag by least squares, taking means to be 0.

        The weight of a lag is its number of pairs of frames. Length scales end at half
        the longest series.

        Args:
            series: Series of ``(T_i, K)``, with at least one frame in all.
        """
        longest = max(len(each) for each in series)
        sums, counts = np.zeros((longest, series[0].shape[1])), np.zeros(longest)
        for each in series:
            frames = len(each)
            spectrum = np.fft.rfft(each, 2 * frames, axis=0)
            products = np.fft.irfft(np.abs(spectrum) ** 2, 2 * frames, axis=0)
            sums[:frames] += products[:frames]
            counts[:frames] += np.arange(frames, 0, -1)
        weights = np.sqrt(counts)[:, None]
        shapes = _shapes(longest, max(0, int(np.log2(longest))))
        fitted = [
            nnls(shapes * weights, target)[0]
            for target in (sums / counts[:, None] * weights).T
        ]
        return cls(np.stack(fitted, axis=1))

    def __add__(self, other: 'Autocovariance') -> 'Autocovariance':
        return Autocovariance(self.parts + other.parts)

    def __rmul__(self, factor: float) -> 'Autocovariance':
        return Autocovariance(factor * self.parts)

    def at_lags(self, num_lags: int, width: int = 1) -> Floats:
        """Compute the covariance at lags of 0, 1, ... times ``width`` frames.

        A small white part is added, without which covariance matrices are singular.

        Args:
            num_lags: Number of lags N.
            width: Number of frames whose mean makes up a moment of the series.

        Returns:
            ``(N, K)``.
        """
        values = _shapes(num_lags * width, len(self.parts) - 2) @ self.parts
        if width > 1:  # the mean over all pairs of frames of two moments
            gaps = np.arange(1 - width, width)
            lags = np.abs(width * np.arange(num_lags)[:, None] + gaps)
            weights = (width - np.abs(gaps)) / width**2
            values = np.einsum('g,ngk->nk', weights, values[lags])
        values[0] += NUGGET * np.where(values[0] > 0, values[0], 1)
        return values


def _shapes(num_lags: int, num_scales: int) -> Floats:
    """Return the white, constant and smooth parts at each lag, ``(N, 2 + S)``."""
    lags = np.arange(num_lags, dtype=np.float64)[:, None]
    smooth = np.exp(-0.5 * (lags / 2.0 ** np.arange(num_scales)) ** 2)
    found: Floats = np.concatenate([lags == 0, np.ones_like(lags), smooth], axis=1)
    return found
