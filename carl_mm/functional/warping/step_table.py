"""The cheapest path through a matrix whose costs are computed while it is filled.

Of each cell the last step of the cheapest path to it is kept, in 2 bits: a byte holds
those of 4 rows in one column. Rows are filled by 4, too, as the cells of an
anti-diagonal do not wait for each other.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from carl_mm.functional._compiled import compiled
from carl_mm.functional._inputs import Floats, Ints

STRIP = 4  # rows in a byte
TILE_CELLS, TILE_COLUMNS = 2**21, 2**11  # costs held at once: 16 MiB
# Adds the costs of some rows and columns to an array of zeros.
Costs = Callable[[slice, slice, Floats], None]


class StepTable(NamedTuple):
    """Steps of the cells of a band, by blocks of rows.

    Attributes:
        steps: Bytes of all blocks, each ``(R / 4, columns of the block)``, flat;
            the last block may have fewer rows.
        block_rows: Number of rows in a block, R, a multiple of 4.
        starts: First column of each block, ``(K,)``.
        ends: End of the columns of each block, ``(K,)``.
        offsets: Place of each block's first byte, ``(K,)``.
    """

    steps: NDArray[np.uint8]
    block_rows: int
    starts: Ints
    ends: Ints
    offsets: Ints


def cheapest_path(costs_of: Costs, starts: Ints, ends: Ints) -> Ints:
    """Find the cheapest monotone path from corner to corner, see `dtw`.

    Args:
        costs_of: Function that computes the costs of some rows and columns, finite.
        starts: First column of each row, ``(N,)``, ascending, see `band_columns`.
        ends: End of the columns of each row, ``(N,)``, ascending.

    Returns:
        ``(L, 2)`` int64.
    """
    table = _empty_table(starts, ends)
    above = np.full(ends[-1], np.inf)  # totals of the row before a block
    for block in range(len(table.starts)):
        _fill_block(costs_of, (starts, ends), table, block, above)
    return _trace(table, len(starts) - 1, ends[-1] - 1).copy()


def _empty_table(starts: Ints, ends: Ints) -> StepTable:
    num_rows, num_columns = len(starts), int(ends[-1])
    width = int((ends - starts).max())
    rows = min(TILE_CELLS // min(width, TILE_COLUMNS), num_rows)
    if starts[-1] > 0:  # a block is a rectangle around its part of the band
        rows = min(rows, max(width * num_rows // (2 * num_columns), 4 * STRIP))
    rows = max(1, -(-rows // STRIP)) * STRIP
    firsts = np.arange(0, num_rows, rows)
    lasts = np.minimum(firsts + rows, num_rows) - 1
    sizes = (ends[lasts] - starts[firsts]) * ((lasts - firsts) // STRIP + 1)
    offsets = np.cumsum(sizes) - sizes
    steps = np.empty(int(sizes.sum()), dtype=np.uint8)
    return StepTable(steps, rows, starts[firsts], ends[lasts], offsets)


def _fill_block(
    costs_of: Costs,
    band: tuple[Ints, Ints],
    table: StepTable,
    block: int,
    above: Floats,
) -> None:
    """Find the steps to the cells of a block, tile by tile from left to right.

    Args:
        costs_of: See `cheapest_path`.
        band: First column and end of each row, ``(N,)`` each.
        table: Where to write.
        block: Place of the block.
        above: Totals of the row before, ``(M,)``; infinite where there is none.
            Replaced by those of the block's last row.
    """
    first, end = int(table.starts[block]), int(table.ends[block])
    row = block * table.block_rows
    rows = slice(row, min(row + table.block_rows, len(band[0])))
    row_starts, row_ends = (edges[rows, None] for edges in band)
    strips = -(-len(row_starts) // STRIP)
    size = strips * (end - first)
    steps = table.steps[table.offsets[block] :][:size].reshape(strips, end - first)
    # Totals left of the tile, preceded by the one above them: where a path starts.
    left = np.full(strips * STRIP + 1, np.inf)
    if block == 0:
        left[0] = 0
    elif first > table.starts[block - 1]:
        left[0] = above[first - 1]
    for start in range(first, end, TILE_COLUMNS):
        columns = slice(start, min(start + TILE_COLUMNS, end))
        costs = np.zeros((strips * STRIP, columns.stop - start))
        part = costs[: len(row_starts)]
        costs_of(rows, columns, part)
        if row_starts[-1] > start or row_ends[0] < columns.stop:
            column = np.arange(columns.start, columns.stop)
            part[(column < row_starts) | (column >= row_ends)] = np.inf
        _fill(costs, above[columns], left, steps, start - first)


@compiled
def _fill(
    costs: Floats, above: Floats, left: Floats, steps: NDArray[np.uint8], first: int
) -> None:
    """Find the steps to the cells of a tile, in place.

    Args:
        costs: ``(R, C)``, R a multiple of 4.
        above: Totals of the row before, ``(C,)``; replaced by those of the last row.
        left: Totals of the column before, preceded by that of the row before,
            ``(R + 1,)``; replaced by those of the last column.
        steps: Where to write, ``(R / 4, ...)``.
        first: Column of ``steps`` at which the tile begins.
    """
    corner, next_corner = left[0], above[-1]
    for strip in range(len(costs) // 4):
        row = 4 * strip
        diagonal, corner = corner, left[row + 4]
        left_0, left_1 = left[row + 1], left[row + 2]
        left_2, left_3 = left[row + 3], left[row + 4]
        for column in range(costs.shape[1]):
            up = above[column]
            total_0, step_0 = _reach(diagonal, up, left_0, costs[row, column])
            total_1, step_1 = _reach(left_0, total_0, left_1, costs[row + 1, column])
            total_2, step_2 = _reach(left_1, total_1, left_2, costs[row + 2, column])
            total_3, step_3 = _reach(left_2, total_2, left_3, costs[row + 3, column])
            diagonal, above[column] = up, total_3
            left_0, left_1, left_2, left_3 = total_0, total_1, total_2, total_3
            together = step_0 | step_1 << 2 | step_2 << 4 | step_3 << 6
            steps[strip, first + column] = together
        left[row + 1], left[row + 2] = left_0, left_1
        left[row + 3], left[row + 4] = left_2, left_3
    left[0] = next_corner


@compiled
def _reach(
    diagonal: float, above: float, left: float, cost: float
) -> tuple[float, int]:
    """Return the total of a cell and the last step to it: 0 (1, 1); 1 (1, 0); 2."""
    best, step = diagonal, 0
    if above < best:
        best, step = above, 1
    if left < best:
        best, step = left, 2
    return best + cost, step


@compiled
def _trace(table: StepTable, row: int, column: int) -> Ints:
    """Follow the steps back from a cell; return the path, ``(L, 2)``."""
    path = np.empty((row + column + 1, 2), np.int64)
    place = len(path) - 1
    path[place, 0], path[place, 1] = row, column
    while row > 0 or column > 0:
        block, within = row // table.block_rows, row % table.block_rows
        width = table.ends[block] - table.starts[block]
        inside = within // 4 * width + column - table.starts[block]
        step = table.steps[table.offsets[block] + inside] >> (2 * (within % 4)) & 3
        if step != 2:
            row -= 1
        if step != 1:
            column -= 1
        place -= 1
        path[place, 0], path[place, 1] = row, column
    return path[place:]
