"""Dynamic time warping."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carl_mm.functional._inputs import Floats, Ints, to_embeddings

MAX_CELLS = 2**30  # of one byte each: 1 GiB
BLOCK_CELLS = 2**22  # number whose totals are held at once: 32 MiB
DIAGONAL, DOWN, RIGHT = 0, 1, 2  # steps (1, 1), (1, 0) and (0, 1)
Steps = NDArray[np.uint8]


def dtw(cost: Any) -> Ints:
    """Find the cheapest monotone path through a cost matrix, from corner to corner.

    A step (1, 1), (1, 0) or (0, 1) costs the cell that it reaches; of equally cheap
    ones the diagonal is taken, then (1, 0).

    Args:
        cost: Finite costs, ``(N, M)``; N, M >= 1.

    Returns:
        ``(L, 2)`` int64, cells (n, m) from (0, 0) to (N - 1, M - 1).

    Raises:
        ValueError: A cost is NaN or infinite, or there is no cell.

    Example:
        >>> from carl_mm.functional import dtw
        >>> dtw([[0, 1, 9], [1, 0, 9], [9, 9, 0]]).tolist()
        [[0, 0], [1, 1], [2, 2]]
    """
    costs = np.asarray(cost, dtype=np.float64)
    if costs.ndim != 2 or not costs.size:
        raise ValueError(f'cost must be a matrix with a cell, got shape {costs.shape}')
    if not np.isfinite(costs).all():
        bad = costs[~np.isfinite(costs)]
        raise ValueError(f'cost holds {len(bad)} values that are not finite: {bad[0]}')
    return trace(_best_steps(lambda rows: costs[rows], *costs.shape))


def cosine_dtw(a: Any, b: Any) -> Ints:
    """Align two videos by `dtw` of the costs 1 - cosine similarity.

    The costs are never held as a whole: memory is one byte for each pair of frames and
    about 100 MiB.

    Args:
        a: Embeddings of one video, ``(N, D)``, finite; N >= 1.
        b: Embeddings of the other video, ``(M, D)``, finite; M >= 1.

    Returns:
        ``(L, 2)`` int64, frames (of a, of b) from (0, 0) to (N - 1, M - 1).

    Raises:
        ValueError: A video has no frame, a value is not finite, or there are more than
            2^30 pairs of frames.

    Example:
        >>> import numpy as np
        >>> from carl_mm.functional import cosine_dtw
        >>> video = np.eye(3)
        >>> cosine_dtw(video, video[[0, 1, 1, 2]]).tolist()
        [[0, 0], [1, 1], [1, 2], [2, 3]]
    """
    unit_a, unit_b = unit_pair(a, b, MAX_CELLS, 'the path takes a byte')
    sizes = len(unit_a), len(unit_b)
    return trace(_best_steps(lambda part: 1 - unit_a[part] @ unit_b.T, *sizes))


def unit_pair(a: Any, b: Any, max_cells: int, cost: str) -> tuple[Floats, Floats]:
    """Scale the frames of two videos to length 1, if they are not too long to align.

    Args:
        a: Embeddings of one video, ``(N, D)``.
        b: Embeddings of the other video, ``(M, D)``.
        max_cells: Largest number of pairs of frames.
        cost: What each pair of frames costs, for the message.

    Raises:
        ValueError: A video has no frame, a value is not finite, or there are more pairs
            of frames.
    """
    unit_a, unit_b = (unit_rows(video) for video in to_embeddings([a, b]))
    rows, columns = len(unit_a), len(unit_b)
    if not rows or not columns:
        raise ValueError(f'videos of {rows} and {columns} frames cannot be aligned')
    if rows * columns > max_cells:
        raise ValueError(
            f'videos of {rows} and {columns} frames are too long: {cost} a pair of '
            f'frames, {max_cells} at most; take every k-th frame'
        )
    return unit_a, unit_b


def unit_rows(frames: Floats) -> Floats:
    """Scale rows ``(T, D)`` to length 1; a row of zeros stays as it is."""
    lengths = np.linalg.norm(frames, axis=1, keepdims=True)
    unit: Floats = frames / np.where(lengths > 0, lengths, 1)
    return unit


def _best_steps(
    costs_of: Callable[[slice], Floats], num_rows: int, num_columns: int
) -> Steps:
    """Return the last step of the cheapest path to each cell, ``(N, M)``.

    Args:
        costs_of: Function that computes the costs of some rows.
        num_rows: Number of rows, N.
        num_columns: Number of columns, M.
    """
    steps = np.empty((num_rows, num_columns), dtype=np.uint8)
    # Totals of the row before, preceded by the one left of it: where a path starts.
    above = np.full(num_columns + 1, np.inf)
    above[0] = 0
    block = max(1, BLOCK_CELLS // num_columns)
    for start in range(0, num_rows, block):
        part = slice(start, min(start + block, num_rows))
        above = _fill(costs_of(part), above, steps[part])
    return steps


def warp_steps(costs: Floats) -> Steps:
    """Return the last step of the cheapest path to each cell of several matrices.

    Args:
        costs: Finite costs of P matrices, ``(N, M, P)``.

    Returns:
        ``(N, M, P)`` uint8: `DIAGONAL`, `DOWN` or `RIGHT`.
    """
    above = np.full((costs.shape[1] + 1, costs.shape[2]), np.inf)
    above[0] = 0
    steps = np.empty(costs.shape, dtype=np.uint8)
    _fill(costs, above, steps)
    return steps


def _fill(costs: Floats, above: Floats, steps: Steps) -> Floats:
    """Find the steps to a block of rows, in place.

    Args:
        costs: Costs of the block, ``(R, M, ...)``; the last axes, if any, run over
            matrices that do not depend on each other.
        above: Totals of the row before, ``(M + 1, ...)``, see `_best_steps`.
        steps: Where to write, ``(R, M, ...)``, contiguous.

    Returns:
        Totals of the last row, ``(M + 1, ...)``.
    """
    rows, columns, *others = costs.shape
    totals = np.full((rows + 1, columns + 1, *others), np.inf)
    totals[0] = above
    total, cost, step = (a.reshape(-1, *others) for a in (totals, costs, steps))
    # Cells of one anti-diagonal do not depend on each other, and are evenly spaced.
    for diagonal in range(rows + columns - 1):
        first = max(0, diagonal - columns + 1)
        count = min(rows - 1, diagonal) - first + 1
        reached = _spaced(first * columns + diagonal - first, columns - 1, count)
        corner = first * (columns + 1) + diagonal - first
        best = total[_spaced(corner, columns, count)].copy()
        chosen = np.full((count, *others), DIAGONAL, dtype=np.uint8)
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


def trace(steps: Steps) -> Ints:
    """Follow the steps ``(N, M)`` back from the last corner; return the path.

    Returns:
        ``(L, 2)`` int64.
    """
    row, column = steps.shape[0] - 1, steps.shape[1] - 1
    path = [(row, column)]
    while row or column:
        step = steps[row, column]
        row, column = row - (step != RIGHT), column - (step != DOWN)
        path.append((row, column))
    return np.array(path[::-1], dtype=np.int64)
