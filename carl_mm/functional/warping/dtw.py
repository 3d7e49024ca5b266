"""Dynamic time warping."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carl_mm.functional._inputs import Floats, Ints, to_embeddings

MAX_CELLS = 2**30  # a byte each: 1 GiB
BLOCK_CELLS = 2**22  # whose totals are held at once: 32 MiB
DIAGONAL, DOWN, RIGHT = 0, 1, 2  # steps (1, 1), (1, 0) and (0, 1)
Steps = NDArray[np.uint8]


def dtw(cost: Any) -> Ints:
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
    return _trace(_best_steps(lambda rows: costs[rows], *costs.shape))


def cosine_dtw(a: Any, b: Any) -> Ints:
    """`dtw` of the costs 1 - cosine similarity, which are never held whole.

    Memory is a byte a pair of frames, and about 100 MiB.

    Args:
        a: ``(N, D)`` embeddings, finite; N >= 1.
        b: ``(M, D)``.

    Returns:
        ``(L, 2)`` frames (of a, of b) from (0, 0) to (N - 1, M - 1).

    Raises:
        ValueError: No frame, values that are not finite, or more than 2^30 pairs.
    """
    unit_a, unit_b = (unit_rows(video) for video in to_embeddings([a, b]))
    rows, columns = len(unit_a), len(unit_b)
    if not rows or not columns:
        raise ValueError(f'videos of {rows} and {columns} frames cannot be aligned')
    if rows * columns > MAX_CELLS:
        raise ValueError(
            f'videos of {rows} and {columns} frames are too long: the path takes a '
            f'byte a pair of frames, {MAX_CELLS} at most; take every k-th frame'
        )
    return _trace(_best_steps(lambda part: 1 - unit_a[part] @ unit_b.T, rows, columns))


def unit_rows(frames: Floats) -> Floats:
    """Scale rows to length 1; a row of zeros stays."""
    lengths = np.linalg.norm(frames, axis=1, keepdims=True)
    unit: Floats = frames / np.where(lengths > 0, lengths, 1)
    return unit


def _best_steps(
    costs_of: Callable[[slice], Floats], num_rows: int, num_columns: int
) -> Steps:
    """Last step of the cheapest path to each cell, ``(N, M)``.

    Args:
        costs_of: Gives the costs of some rows.
        num_rows: N.
        num_columns: M.
    """
    steps = np.empty((num_rows, num_columns), dtype=np.uint8)
    # Totals of the row before, after the one left of it: the first cell's diagonal.
    above = np.full(num_columns + 1, np.inf)
    above[0] = 0
    block = max(1, BLOCK_CELLS // num_columns)
    for start in range(0, num_rows, block):
        part = slice(start, min(start + block, num_rows))
        above = _fill(costs_of(part), above, steps[part])
    return steps


def _fill(costs: Floats, above: Floats, steps: Steps) -> Floats:
    """Find the steps to a block of rows, in place.

    Args:
        costs: ``(R, M)``.
        above: ``(M + 1,)`` totals of the row before, see `_best_steps`.
        steps: ``(R, M)``, contiguous.

    Returns:
        ``(M + 1,)``, totals of the last row.
    """
    rows, columns = costs.shape
    totals = np.full((rows + 1, columns + 1), np.inf)
    totals[0] = above
    total, cost, step = totals.reshape(-1), costs.reshape(-1), steps.reshape(-1)
    # Cells of one anti-diagonal do not depend on each other, and are evenly spaced.
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
    last: Floats = totals[-1]
    return last


def _spaced(start: int, spacing: int, count: int) -> slice:
    # With a single cell the spacing may be 0, which no slice takes.
    return slice(start, start + (count - 1) * spacing + 1, max(1, spacing))


def _trace(steps: Steps) -> Ints:
    """Follow the steps back from the last corner, ``(L, 2)``."""
    row, column = steps.shape[0] - 1, steps.shape[1] - 1
    path = [(row, column)]
    while row or column:
        step = steps[row, column]
        row, column = row - (step != RIGHT), column - (step != DOWN)
        path.append((row, column))
    return np.array(path[::-1], dtype=np.int64)
