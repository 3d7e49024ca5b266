"""Dynamic time warping."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def dtw(cost: Any) -> NDArray[np.int64]:
    """Cheapest monotone path through a cost matrix, from corner to corner.

    Steps (1, 1), (1, 0) and (0, 1) cost the cell they reach; of equal ones the
    diagonal is taken, then (1, 0).

    Args:
        cost: ``(N, M)``, N, M >= 1.

    Returns:
        ``(L, 2)`` rows (n, m) from (0, 0) to (N - 1, M - 1).

    Raises:
        ValueError: NaN or infinite costs, or not a matrix with a cell.
    """
    costs = np.asarray(cost, dtype=np.float64)
    if costs.ndim != 2 or not costs.size:
        raise ValueError(f'cost must be a matrix with a cell, got shape {costs.shape}')
    if not np.isfinite(costs).all():
        bad = costs[~np.isfinite(costs)]
        raise ValueError(f'cost holds {len(bad)} values that are not finite: {bad[0]}')
    total = _accumulate(costs)
    row, column = costs.shape
    path = []
    while row and column:
        path.append((row - 1, column - 1))
        before = ((row - 1, column - 1), (row - 1, column), (row, column - 1))
        row, column = min(before, key=lambda cell: total[cell])
    return np.array(path[::-1], dtype=np.int64)


def _accumulate(costs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Total cost of the cheapest path to each cell, ``(N + 1, M + 1)``, inf outside."""
    rows, columns = costs.shape
    total = np.full((rows + 1, columns + 1), np.inf)
    total[0, 0] = 0
    # Cells of one anti-diagonal do not depend on each other.
    for diagonal in range(2, rows + columns + 1):
        row = np.arange(max(1, diagonal - columns), min(rows, diagonal - 1) + 1)
        column = diagonal - row
        best = np.minimum(total[row - 1, column], total[row, column - 1])
        best = np.minimum(best, total[row - 1, column - 1])
        total[row, column] = costs[row - 1, column - 1] + best
    return total
