"""Kendall's tau-b of many rankings at once."""

import numpy as np
from scipy.stats import kendalltau

from carl_mm.functional._inputs import Floats, Ints

MAX_FRAMES = 512  # beyond, scipy's n log n is faster than all pairs


def tau_of_columns(values: Ints) -> Floats:
    """Compute scipy's Kendall's tau-b between 0..n-1 and each column.

    Args:
        values: ``(n, V)``, one ranking per column.

    Returns:
        ``(V,)``, NaN where a column is constant or n < 2.
    """
    length, num_columns = values.shape
    if length < 2:
        return np.full(num_columns, np.nan)
    if length > MAX_FRAMES:
        order = np.arange(length)
        return np.array([kendalltau(order, column).statistic for column in values.T])
    agreement = np.zeros(num_columns, dtype=np.int64)
    ties = np.zeros(num_columns, dtype=np.int64)
    small = values.astype(np.int32)
    for gap in range(1, length):
        later, earlier = small[gap:], small[:-gap]
        rises = np.count_nonzero(later > earlier, axis=0)
        falls = np.count_nonzero(later < earlier, axis=0)
        agreement += rises - falls
        ties += length - gap - rises - falls
    pairs = length * (length - 1) // 2  # 0..n-1 has no ties
    with np.errstate(invalid='ignore', divide='ignore'):
        tau = agreement / np.sqrt(pairs) / np.sqrt(pairs - ties)
    tau[ties == pairs] = np.nan
    return np.asarray(tau.clip(-1, 1), dtype=np.float64)
