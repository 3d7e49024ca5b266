"""Sums over all monotone paths, for some rows of a matrix of cells at a time.

Compiled loops of `carl_mm.functional.posterior.path_posterior`, which tells the paths.
"""

from typing import NamedTuple

from carl_mm.functional._compiled import compiled
from carl_mm.functional._inputs import Floats
from carl_mm.functional.posterior.scaled import (
    LEAST_POWER,
    Scaled,
    normal,
    scaled_exp,
    to_power,
)

MATCHED, LEFT_OUT_A, LEFT_OUT_B = 0, 1, 2  # states: a cell, a row, a column


class Weights(NamedTuple):
    """Log-weights of the paths through a matrix of N rows and M columns.

    Attributes:
        num_rows: N.
        gap: Log-weight of a step (1, 0) or (0, 1).
        end_gap: Log-weight of a row or column before or after the path.
        drop: Log-weight of leaving out rows and columns between two cells.
        anywhere: Whether paths begin and end in any cell, not at the border alone.
    """

    num_rows: int
    gap: float
    end_gap: float
    drop: float
    anywhere: bool


@compiled
def begin_weight(weights: Weights, row: int, column: int) -> tuple[float, int]:
    """Return the weight of beginning in a cell; 0 where no path may."""
    if weights.anywhere or row == 0 or column == 0:
        if weights.end_gap == 0:  # no exponential: half of the time
            return 1.0, 0
        return scaled_exp(weights.end_gap * (row + column))
    return 0.0, LEAST_POWER


@compiled
def end_weight(weights: Weights, row: int, columns_after: int) -> tuple[float, int]:
    """Return the weight of ending in a cell; 0 where no path may."""
    rows_after = weights.num_rows - 1 - row
    if weights.anywhere or rows_after == 0 or columns_after == 0:
        if weights.end_gap == 0:
            return 1.0, 0
        return scaled_exp(weights.end_gap * (rows_after + columns_after))
    return 0.0, LEAST_POWER


@compiled
def _add(total: Scaled, value: float, power: int) -> None:
    """Add a number to the first of some, in place."""
    if value == 0:  # of whatever power
        return
    value, power = normal(value, power)
    most = max(power, total.power[0])
    whole = to_power(value, power - most)
    whole += to_power(total.value[0], total.power[0] - most)
    total.value[0], total.power[0] = normal(whole, most)


@compiled
def sum_before(
    odds: Floats,
    row: int,
    weights: Weights,
    above: Scaled,
    ways: Scaled,
    total: Scaled,
) -> None:
    """Sum the weights of the paths to each cell of some rows.

    Args:
        odds: Log-odds, ``(R, M)``.
        row: Number of rows before.
        weights: Log-weights of the paths.
        above: Weights of all paths to the states of the row before, ``(3, M)``;
            replaced by those of the last row.
        ways: Where to write the weights of all ways to a state, without the cell's own
            weight, ``(3, R or more, M)``.
        total: Sum of the weights of whole paths, ``(1,)``; grows.
    """
    for n in range(odds.shape[0]):
        here = Scaled(ways.value[:, n], ways.power[:, n])
        _sum_row(odds[n], row + n, weights, above, here, total)


@compiled
def _sum_row(
    odds: Floats,
    row: int,
    weights: Weights,
    above: Scaled,
    ways: Scaled,
    total: Scaled,
) -> None:
    """Do so for one row, of which odds ``(M,)`` and ways ``(3, M)`` are given.

    Each state has a power of its own: what one loses beside another may pay later.
    """
    step, step_power = scaled_exp(weights.gap)
    drop, drop_power = scaled_exp(weights.drop)
    num_columns = len(odds)
    aslant = left = left_a = left_b = 0.0
    aslant_power = left_power = a_power = b_power = LEAST_POWER
    for m in range(num_columns):
        up, up_power = above.value[MATCHED, m], above.power[MATCHED, m]
        up_a, up_a_power = above.value[LEFT_OUT_A, m], above.power[LEFT_OUT_A, m]
        up_b, up_b_power = above.value[LEFT_OUT_B, m], above.power[LEFT_OUT_B, m]
        begin, begin_power = begin_weight(weights, row, m)
        side_power = max(up_power, left_power) + step_power
        power = max(begin_power, aslant_power, side_power)
        way = to_power(begin, begin_power - power)
        way += to_power(aslant, aslant_power - power)
        way += to_power(up * step, up_power + step_power - power)
        way += to_power(left * step, left_power + step_power - power)
        ways.value[MATCHED, m], ways.power[MATCHED, m] = way, power

        skip_power = max(up_power + drop_power, up_a_power)
        skip = to_power(up * drop, up_power + drop_power - skip_power)
        skip += to_power(up_a, up_a_power - skip_power)
        ways.value[LEFT_OUT_A, m], ways.power[LEFT_OUT_A, m] = skip, skip_power
        new_a, new_a_power = normal(skip, skip_power)

        skip_power = max(left_power + drop_power, a_power, b_power)
        skip = to_power(left * drop, left_power + drop_power - skip_power)
        skip += to_power(left_a, a_power - skip_power)
        skip += to_power(left_b, b_power - skip_power)
        ways.value[LEFT_OUT_B, m], ways.power[LEFT_OUT_B, m] = skip, skip_power

        aslant_power = max(up_power, up_a_power, up_b_power)
        aslant = to_power(up, up_power - aslant_power)
        aslant += to_power(up_a, up_a_power - aslant_power)
        aslant += to_power(up_b, up_b_power - aslant_power)
        own, own_power = scaled_exp(odds[m])
        left, left_power = normal(way * own, power + own_power)
        left_a, a_power = new_a, new_a_power
        left_b, b_power = normal(skip, skip_power)
        above.value[MATCHED, m], above.power[MATCHED, m] = left, left_power
        above.value[LEFT_OUT_A, m], above.power[LEFT_OUT_A, m] = left_a, a_power
        above.value[LEFT_OUT_B, m], above.power[LEFT_OUT_B, m] = left_b, b_power
        end, end_power = end_weight(weights, row, num_columns - 1 - m)
        _add(total, left * end, left_power + end_power)
