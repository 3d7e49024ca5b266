"""Sums over all monotone paths with open ends.

See `carl_mm.functional.warping.pair_hmm` for the paths and their weights.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from carl_mm.functional._compiled import compiled
from carl_mm.functional._inputs import Floats
from carl_mm.functional.warping.scaled import (
    LEAST_POWER,
    Scaled,
    normal,
    scaled_exp,
    scaled_zeros,
    to_logs,
    to_power,
)

BLOCK_CELLS, LEAST_ROWS = 2**20, 16  # number held at once, of 20 bytes
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

    Memory is 8 bytes a cell, those of the marginals. Log-odds and sums to the cells are
    held for some rows at a time; of more rows they are computed twice.

    Args:
        odds_of: Function that computes the log-odds of some rows, finite.
        num_rows: Number of rows, N >= 1.
        num_columns: Number of columns, M >= 1.
        gap: Log-weight of a step (1, 0) or (0, 1).
        end_gap: Log-weight of a frame before or after the path.
    """
    block = min(max(BLOCK_CELLS // num_columns, LEAST_ROWS), num_rows)
    parts = [slice(n, min(n + block, num_rows)) for n in range(0, num_rows, block)]
    above, ways = scaled_zeros(num_columns), scaled_zeros(block, num_columns)
    before, last_column = [], []
    for part in parts:
        before.append(Scaled(above.value.copy(), above.power.copy()))
        odds = odds_of(part)
        _sum_before(odds, part.start, gap, end_gap, above, ways)
        last_column.append(_log_ways(ways, -1)[: len(odds)] + odds[:, -1])
    skipped_a, skipped_b = (end_gap * np.arange(n) for n in (num_rows, num_columns))
    log_ends_a = np.concatenate(last_column) + skipped_a[::-1]
    log_ends_b = to_logs(above) + skipped_b[::-1]
    log_partition = float(np.logaddexp.reduce([*log_ends_a, *log_ends_b[:-1]]))
    ended_a, ended_b = (np.exp(e - log_partition) for e in (log_ends_a, log_ends_b))

    marginals, began_a = np.empty((num_rows, num_columns)), np.empty(num_rows)
    below, last_row = scaled_zeros(num_columns), ended_b
    for part, start in zip(reversed(parts), reversed(before), strict=True):
        if len(parts) > 1:
            odds = odds_of(part)
            _sum_before(odds, part.start, gap, end_gap, start, ways)
        here = marginals[part]
        _to_marginals(odds, gap, ended_a[part], last_row, below, ways, here)
        last_row = np.zeros(num_columns)
        began = np.exp(skipped_a[part] - _log_ways(ways, 0)[: len(odds)])
        began_a[part] = here[:, 0] * began
    first_row = to_logs(Scaled(ways.value[0], ways.power[0]))
    began_b = marginals[0] * np.exp(skipped_b - first_row)
    matched_a, matched_b = _matched(began_a, ended_a), _matched(began_b, ended_b)
    return PathPosterior(marginals, log_partition, matched_a, matched_b)


def _log_ways(ways: Scaled, column: int) -> Floats:
    return to_logs(Scaled(ways.value[:, column], ways.power[:, column]))


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
    odds: Floats, row: int, gap: float, end_gap: float, above: Scaled, ways: Scaled
) -> None:
    """Sum the weights of the paths to each cell of some rows.

    Args:
        odds: Log-odds, ``(R, M)``.
        row: Number of rows before.
        gap: See `path_posterior`.
        end_gap: See `path_posterior`.
        above: Weights of all paths to the cells of the row before, ``(M,)``; replaced
            by those of the last row.
        ways: Where to write the weights of all ways to a cell, without its own weight,
            ``(R or more, M)``.
    """
    step, step_power = scaled_exp(gap)
    for n in range(odds.shape[0]):
        diagonal, diagonal_power = left, left_power = 0.0, LEAST_POWER
        for m in range(odds.shape[1]):
            up, up_power = above.value[m], above.power[m]
            power = max(diagonal_power, step_power + max(up_power, left_power))
            if m == 0 or row + n == 0:  # where a path may begin
                begin, begin_power = scaled_exp(end_gap * (row + n + m))
                power = max(power, begin_power)
                way = to_power(begin, begin_power - power)
            else:
                way = 0.0
            way += to_power(diagonal, diagonal_power - power)
            way += to_power(up * step, up_power + step_power - power)
            way += to_power(left * step, left_power + step_power - power)
            ways.value[n, m], ways.power[n, m] = way, power
            diagonal, diagonal_power = up, up_power
            own, own_power = scaled_exp(odds[n, m])
            left, left_power = normal(way * own, power + own_power)
            above.value[m], above.power[m] = left, left_power


@compiled
def _to_marginals(
    odds: Floats,
    gap: float,
    ended: Floats,
    last: Floats,
    below: Scaled,
    ways: Scaled,
    marginals: Floats,
) -> None:
    """Compute the probabilities that the path passes the cells of some rows.

    A cell is passed by the paths that end in it, and by those of the next cells as
    often as they come from it: by its share of the ways to them.

    Args:
        odds: Log-odds, ``(R, M)``.
        gap: See `path_posterior`.
        ended: Probability that the path ends in the last cell of a row, ``(R,)``.
        last: Probability that it ends in a cell of the last of these rows, ``(M,)``;
            that of the last cell is not used.
        below: Probabilities of the cells of the row after, divided by the values of the
            ways to them, and the powers of these, ``(M,)``. Replaced by those of the
            first row.
        ways: As `_sum_before` leaves them, ``(R or more, M)``.
        marginals: Where to write, ``(R, M)``.
    """
    step, step_power = scaled_exp(gap)
    rows, columns = odds.shape
    for n in range(rows - 1, -1, -1):
        aslant, aslant_power = right, right_power = 0.0, LEAST_POWER
        for m in range(columns - 1, -1, -1):
            down, down_power = below.value[m], below.power[m]
            way, power = ways.value[n, m], ways.power[n, m]
            own, own_power = scaled_exp(odds[n, m])
            here, here_power = normal(way * own, power + own_power)
            passed = to_power(here * aslant, here_power - aslant_power)
            side_power = here_power + step_power
            passed += to_power(here * step * down, side_power - down_power)
            passed += to_power(here * step * right, side_power - right_power)
            if m == columns - 1:
                passed += ended[n]
            elif n == rows - 1:
                passed += last[m]
            marginals[n, m] = passed
            aslant, aslant_power = down, down_power
            right, right_power = passed / way, power
            below.value[m], below.power[m] = right, right_power
