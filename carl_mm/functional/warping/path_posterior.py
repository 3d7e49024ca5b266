"""Sums over all monotone paths with open ends.

See `carl_mm.functional.warping.pair_hmm` for the paths and their weights.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from carl_mm.functional._compiled import compiled
from carl_mm.functional._inputs import Floats

# In place of infinity, which less itself would be NaN.
UNREACHED = 1e30
BLOCK_CELLS, LEAST_ROWS = 2**19, 16  # log-odds held at once: 4 MiB, or 16 rows
# Computes the log-odds of some rows, `(R, M)`.
Odds = Callable[[slice], Floats]


class PathPosterior(NamedTuple):
    """Sums over all paths.

    Attributes:
        marginals: Probability that a cell is on the path, ``(N, M)``.
        log_partition: Logarithm of the sum of the weights.
        matched_a: Probability that a row has a cell on the path, ``(N,)``.
        matched_b: Probability that a column has one, ``(M,)``.
    """

    marginals: Floats
    log_partition: float
    matched_a: Floats
    matched_b: Floats


def path_posterior(
    odds_of: Odds, num_rows: int, num_columns: int, gap: float, end_gap: float
) -> PathPosterior:
    """Compute the probabilities of cells, rows and columns.

    Memory is 8 bytes a cell: the log-odds are computed twice, some rows at a time.

    Args:
        odds_of: Function that computes the log-odds of some rows, finite.
        num_rows: Number of rows, N >= 1.
        num_columns: Number of columns, M >= 1.
        gap: Log-weight of a step (1, 0) or (0, 1).
        end_gap: Log-weight of a frame before or after the path.
    """
    cells = np.empty((num_rows, num_columns))
    block = min(max(BLOCK_CELLS // num_columns, LEAST_ROWS), num_rows)
    parts = [slice(n, n + block) for n in range(0, num_rows, block)]
    above = np.full(num_columns, -UNREACHED)
    last_column = []
    for part in parts:
        odds = odds_of(part)
        _sum_before(odds, part.start, gap, end_gap, above, cells[part])
        last_column.append(cells[part, -1] + odds[:, -1])
    ends = np.concatenate([*last_column, above[:-1]])
    row, column = np.arange(num_rows), np.arange(num_columns - 1)
    ends += end_gap * np.concatenate([num_rows - 1 - row, num_columns - 1 - column])
    log_partition = float(np.logaddexp.reduce(ends))
    ends = np.exp(ends - log_partition)
    ended_a, ended_b = ends[:num_rows], np.append(ends[num_rows:], ends[num_rows - 1])
    began_a, began_b = np.exp(end_gap * row - cells[:, 0]), None
    below = np.stack([np.full(num_columns, UNREACHED), np.zeros(num_columns)])
    first_row = cells[0].copy()
    for part in reversed(parts):
        last = ended_b if part is parts[-1] else np.zeros(num_columns)
        _to_marginals(odds_of(part), gap, ended_a[part], last, below, cells[part])
    began_a *= cells[:, 0]
    began_b = cells[0] * np.exp(end_gap * np.arange(num_columns) - first_row)
    matched_a, matched_b = _matched(began_a, ended_a), _matched(began_b, ended_b)
    return PathPosterior(cells, log_partition, matched_a, matched_b)


def _matched(began: Floats, ended: Floats) -> Floats:
    """Compute the probability that a frame is neither before nor after the path.

    Args:
        began: Probability that the path begins here, and skipped the frames before,
            ``(T,)``.
        ended: Probability that it ends here, and skips the frames after, ``(T,)``.
    """
    later = began.sum() - began.cumsum()
    earlier = ended.cumsum() - ended
    matched: Floats = np.clip(1 - later - earlier, 0, 1)
    return matched


@compiled
def _sum_before(
    odds: Floats, row: int, gap: float, end_gap: float, above: Floats, ways: Floats
) -> None:
    """Sum the weights of the paths to each cell of some rows.

    Args:
        odds: Log-odds, ``(R, M)``.
        row: Number of rows before.
        gap: See `path_posterior`.
        end_gap: See `path_posterior`.
        above: Log-weights of all paths to the cells of the row before, ``(M,)``;
            replaced by those of the last row.
        ways: Where to write the log-weights of all ways to a cell, without its own,
            ``(R, M)``.
    """
    for n in range(odds.shape[0]):
        diagonal = left = -UNREACHED
        for m in range(odds.shape[1]):
            up = above[m]
            way = _log_sum(diagonal, up + gap, left + gap)
            if m == 0 or row + n == 0:  # where a path may begin
                way = _log_sum(way, end_gap * (row + n + m), -UNREACHED)
            ways[n, m] = way
            diagonal, left = up, way + odds[n, m]
            above[m] = left


@compiled
def _to_marginals(
    odds: Floats,
    gap: float,
    ended: Floats,
    last: Floats,
    below: Floats,
    cells: Floats,
) -> None:
    """Replace the ways to cells by the probabilities that the path passes them.

    A cell is passed by the paths that end in it, and by those of the next cells as
    often as they come from it. No exponent is positive, so nothing overflows.

    Args:
        odds: Log-odds of some rows, ``(R, M)``.
        gap: See `path_posterior`.
        ended: Probability that the path ends in the last cell of a row, ``(R,)``.
        last: Probability that it ends in a cell of the last of these rows, ``(M,)``;
            of the last cell it is that of ``ended``.
        below: Ways to the cells of the row after, and their probabilities, ``(2, M)``.
            Replaced by those of the first row.
        cells: As `_sum_before` leaves them, ``(R, M)``; the probabilities are written
            here.
    """
    rows, columns = odds.shape
    for n in range(rows - 1, -1, -1):
        aslant_way = right_way = UNREACHED
        aslant = right = 0.0
        for m in range(columns - 1, -1, -1):
            here = cells[n, m] + odds[n, m]
            passed = ended[n] if m == columns - 1 else 0.0
            if n == rows - 1 and m < columns - 1:
                passed += last[m]
            passed += aslant * math.exp(here - aslant_way)
            passed += below[1, m] * math.exp(here + gap - below[0, m])
            passed += right * math.exp(here + gap - right_way)
            aslant_way, aslant = below[0, m], below[1, m]
            right_way, right = cells[n, m], passed
            below[0, m], below[1, m] = right_way, passed
            cells[n, m] = passed


@compiled
def _log_sum(a: float, b: float, c: float) -> float:
    """Return log(exp(a) + exp(b) + exp(c))."""
    best = max(a, b, c)
    return best + math.log(math.exp(a - best) + math.exp(b - best) + math.exp(c - best))
