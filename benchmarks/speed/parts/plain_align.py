"""Dynamic time warping by numpy alone, one anti-diagonal at a time.

As carl_mm computed it before its loops were compiled: a byte for each pair of frames.
"""

import numpy as np

BLOCK_CELLS = 2**22  # number whose totals are held at once
DIAGONAL, DOWN, RIGHT = 0, 1, 2


def plain_path(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Align two videos ``(N, D)`` and ``(M, D)`` by 1 - cosine similarity."""
    a, b = (video / np.linalg.norm(video, axis=1, keepdims=True) for video in (a, b))
    steps = np.empty((len(a), len(b)), dtype=np.uint8)
    above = np.full(len(b) + 1, np.inf)
    above[0] = 0
    block = max(1, BLOCK_CELLS // len(b))
    for start in range(0, len(a), block):
        part = slice(start, min(start + block, len(a)))
        above = _fill(1 - a[part] @ b.T, above, steps[part])
    row, column = len(a) - 1, len(b) - 1
    path = [(row, column)]
    while row or column:
        step = steps[row, column]
        row, column = row - (step != RIGHT), column - (step != DOWN)
        path.append((row, column))
    return np.array(path[::-1])


def _fill(costs: np.ndarray, above: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Find the steps to a block of rows, in place; return the totals of the last."""
    rows, columns = costs.shape
    totals = np.full((rows + 1, columns + 1), np.inf)
    totals[0] = above
    total, cost, step = (array.reshape(-1) for array in (totals, costs, steps))
    # Cells of one anti-diagonal are evenly spaced.
    for diagonal in range(rows + columns - 1):
        first = max(0, diagonal - columns + 1)
        count = min(rows - 1, diagonal) - first + 1
        reached = _spaced(first * columns + diagonal - first, columns - 1, count)
        corner = first * (columns + 1) + diagonal - first
        best = total[_spaced(corner, columns, count)].copy()
        chosen = np.full(count, DIAGONAL, dtype=np.uint8)
        for offset, name in ((1, DOWN), (columns + 1, RIGHT)):
            before = total[_spaced(corner + offset, columns, count)]
            chosen[before < best] = name
            np.minimum(best, before, out=best)
        step[reached] = chosen
        best += cost[reached]
        total[_spaced(corner + columns + 2, columns, count)] = best
    return totals[-1]


def _spaced(start: int, spacing: int, count: int) -> slice:
    # With a single cell the spacing may be 0, which no slice takes.
    return slice(start, start + (count - 1) * spacing + 1, max(1, spacing))
