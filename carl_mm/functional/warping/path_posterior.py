"""Sums over all monotone paths with open ends, of many pairs of videos at once.

See `carl_mm.functional.warping.pair_hmm` for the paths and their weights.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from carl_mm.functional._inputs import Floats, Ints

# In place of infinity, which less itself would be NaN.
UNREACHED = 1e30


class PathPosterior(NamedTuple):
    """Sums over all paths of P pairs of videos.

    Attributes:
        marginals: Probability that a cell is on the path, ``(N, M, P)``; 0 where a pair
            is padded.
        log_partition: Logarithm of the sum of the weights, ``(P,)``.
        matched_a: Probability that a row has a cell on the path, ``(N, P)``.
        matched_b: Probability that a column has one, ``(M, P)``.
    """

    marginals: Floats
    log_partition: Floats
    matched_a: Floats
    matched_b: Floats


def path_posterior(
    odds: Floats, lengths: Ints, gap: float, end_gap: float
) -> PathPosterior:
    """Compute the probabilities of cells, rows and columns.

    Args:
        odds: Log-odds, finite, ``(N + 2, M + 2, P)``, within a border of any values.
            They are overwritten.
        lengths: Numbers of rows and columns of each pair, ``(2, P)``.
        gap: Log-weight of a step (1, 0) or (0, 1).
        end_gap: Log-weight of a frame before or after the path.
    """
    totals = _sum_before(odds, gap, end_gap)
    cells, ends = _end_weights(totals, lengths, end_gap)
    best = ends.max(axis=(0, 1))
    log_partition = best + np.log(np.exp(ends - best).sum(axis=(0, 1)))
    ends = np.exp(ends - log_partition)
    _to_marginals(totals, odds, cells, ends, gap)
    marginals = totals[1:-1, 1:-1]
    ways = odds[1:-1, 1:-1]
    matched_a = _matched(marginals, ways, ends[1], lengths[1], end_gap)
    turned, ways = marginals.swapaxes(0, 1), ways.swapaxes(0, 1)
    matched_b = _matched(turned, ways, ends[0], lengths[0], end_gap)
    return PathPosterior(marginals, log_partition, matched_a, matched_b)


def _matched(
    marginals: Floats, ways: Floats, ends: Floats, num_columns: Ints, end_gap: float
) -> Floats:
    """Compute the probability that a row is neither before nor after the path.

    Args:
        marginals: ``(N, M, P)``.
        ways: As `_sum_before` leaves them, without the border, ``(N, M, P)``.
        ends: Probability of an end in the last column and above the last row, by
            anti-diagonal, ``(K, P)``.
        num_columns: Number of columns of each pair, ``(P,)``.
        end_gap: See `path_posterior`.

    Returns:
        ``(N, P)``; only the rows of a pair mean something.
    """
    row = np.arange(len(marginals))[:, None]
    began = marginals[:, 0] * np.exp(end_gap * row - ways[:, 0])
    diagonal = np.minimum(row + num_columns - 1, len(ends) - 1)
    ended = np.take_along_axis(ends, diagonal, axis=0)
    later = began.sum(axis=0) - began.cumsum(axis=0)
    earlier = ended.cumsum(axis=0) - ended
    matched: Floats = np.clip(1 - later - earlier, 0, 1)
    return matched


def _diagonals(rows: int, columns: int) -> Iterator[tuple[int, int]]:
    """Yield where the cells of each anti-diagonal start, and their number.

    They do not depend on each other, and are ``columns + 1`` apart in a flat array with
    a border.
    """
    for diagonal in range(rows + columns - 1):
        first = max(0, diagonal - columns + 1)
        start = (first + 1) * (columns + 2) + diagonal - first + 1
        yield start, min(rows - 1, diagonal) - first + 1


def _sum_before(odds: Floats, gap: float, end_gap: float) -> Floats:
    """Sum the weights of the paths to each cell.

    Args:
        odds: See `path_posterior`. Replaced by the log-weights of all ways to a cell,
            without its own; in the border by `UNREACHED`.
        gap: See `path_posterior`.
        end_gap: See `path_posterior`.

    Returns:
        Log-weights with the cell's own, ``(N + 2, M + 2, P)``.
    """
    rows, columns, width = odds.shape[0] - 2, odds.shape[1] - 2, odds.shape[1]
    odds[[0, -1]] = odds[:, [0, -1]] = UNREACHED
    totals = np.full_like(odds, -UNREACHED)
    total, ways = (array.reshape(-1, array.shape[2]) for array in (totals, odds))
    for diagonal, (start, count) in enumerate(_diagonals(rows, columns)):
        aslant = total[_spaced(start - width - 1, width, count)]
        above = total[_spaced(start - width, width, count)] + gap
        left = total[_spaced(start - 1, width, count)] + gap
        best = np.maximum(np.maximum(above, left), aslant)
        reached = np.exp(aslant - best)
        reached += np.exp(np.subtract(above, best, out=above), out=above)
        reached += np.exp(np.subtract(left, best, out=left), out=left)
        np.log(reached, out=reached)
        reached += best
        skipped = end_gap * diagonal  # before a path that begins on this diagonal
        if diagonal < columns:
            reached[0] = np.logaddexp(reached[0], skipped)
        if 0 < diagonal < rows:
            reached[-1] = np.logaddexp(reached[-1], skipped)
        cells = _spaced(start, width, count)
        total[cells] = reached + ways[cells]
        ways[cells] = reached
    return totals


def _end_weights(totals: Floats, lengths: Ints, end_gap: float) -> tuple[Ints, Floats]:
    """Find where paths end: each anti-diagonal cuts the last row and the last column.

    Returns:
        Flat indices of those two cells, and log-weights of all paths that end there,
        both ``(2, K, P)`` for K diagonals; `-UNREACHED` where there is no such cell.
        The corner counts to the row.
    """
    (rows, columns), width = lengths, totals.shape[1]
    diagonal = np.arange(totals.shape[0] + width - 5)[:, None]
    row = np.stack(np.broadcast_arrays(rows - 1, diagonal - columns + 1))
    column = diagonal - row
    inside = (row >= 0) & (column >= 0) & (column < columns)
    inside[1] &= row[1] < rows - 1
    cells = np.where(inside, (row + 1) * width + column + 1, 0)
    skipped = rows - 1 - row + columns - 1 - column
    reached = totals.reshape(-1, totals.shape[2])[cells, np.arange(len(rows))]
    return cells, np.where(inside, reached + end_gap * skipped, -UNREACHED)


def _to_marginals(
    totals: Floats, ways: Floats, ends_at: Ints, ends: Floats, gap: float
) -> None:
    """Replace the totals by the probabilities that the path passes the cells.

    A cell is passed by the paths that end in it, and by those of the next cells as
    often as they come from it. No exponent is positive, so nothing overflows.

    Args:
        totals: As `_sum_before` returns them.
        ways: As `_sum_before` leaves them.
        ends_at: As `_end_weights` returns them.
        ends: Probability of each end, ``(2, K, P)``.
        gap: See `path_posterior`.
    """
    width, pairs = totals.shape[1:]
    totals[-1] = totals[:, -1] = 0
    total, way = (array.reshape(-1, pairs) for array in (totals, ways))
    order = list(enumerate(_diagonals(totals.shape[0] - 2, width - 2)))
    for diagonal, (start, count) in reversed(order):
        cells = _spaced(start, width, count)
        here = total[cells]
        passed = np.zeros((count, pairs))
        for offset, weight in ((width + 1, 0.0), (width, gap), (1, gap)):
            after = _spaced(start + offset, width, count)
            share = here - way[after]
            share += weight
            np.exp(share, out=share)
            share *= total[after]
            passed += share
        total[cells] = passed
        total[ends_at[:, diagonal], np.arange(pairs)] += ends[:, diagonal]


def _spaced(start: int, width: int, count: int) -> slice:
    return slice(start, start + (count - 1) * (width - 1) + 1, width - 1)
