"""Successive frames taken together as moments, to bound the time of long videos."""

import numpy as np

from carl_mm.functional._inputs import Floats, Ints

MAX_FRAMES = 2000  # of a reference that are told apart


def moment_width(lengths: list[int]) -> int:
    """Return how many frames make a moment, so that no video has more than 2,000.

    Args:
        lengths: Numbers of frames of the videos.
    """
    return max(1, -(-max(lengths) // MAX_FRAMES))


def means_of_moments(series: Floats, width: int) -> tuple[Floats, Ints]:
    """Average each ``width`` successive rows; at the end there may be fewer.

    Args:
        series: ``(T, D)``.
        width: Number of rows, at least 1.

    Returns:
        The means, ``(M, D)``, and the number of rows of each, ``(M,)``.
    """
    starts = np.arange(0, len(series), width)
    counts = np.diff(starts, append=len(series))
    return np.add.reduceat(series, starts, axis=0) / counts[:, None], counts
