"""Probabilities of cells, for some rows of a matrix of cells at a time.

Compiled loops of `carl_mm.functional.posterior.path_posterior`, which tells the paths.
"""

from typing import NamedTuple

from carl_mm.functional._compiled import compiled
from carl_mm.functional._inputs import Floats
from carl_mm.functional.posterior.path_sums import (
    LEFT_OUT_A,
    LEFT_OUT_B,
    MATCHED,
    Weights,
    begin_weight,
    end_weight,
)
from carl_mm.functional.posterior.scaled import (
    LEAST_POWER,
    Scaled,
    normal,
    scaled_exp,
    to_power,
)


class Chances(NamedTuple):
    """Probabilities of the rows ``(N,)`` or the columns ``(M,)``.

    Attributes:
        began: That the path begins here.
        ended: That it ends here.
        left_out: That the path leaves it out between two cells.
    """

    began: Floats
    ended: Floats
    left_out: Floats


@compiled
def to_marginals(
    odds: Floats,
    row: int,
    weights: Weights,
    total: Scaled,
    below: Scaled,
    ways: Scaled,
    marginals: Floats,
    rows: Chances,
    columns: Chances,
) -> None:
    """Compute the probabilities that the path passes the cells of some rows.

    A state is passed by the paths that end in it, and by those of the next states as
    often as they come from it: by its share of the ways to them.

    Args:
        odds: Log-odds, ``(R, M)``.
        row: Number of rows before.
        weights: Log-weights of the paths.
        total: Sum of the weights of all paths, ``(1,)``.
        below: Probabilities of the states of the row after, divided by the ways to
            them, ``(2, M)`` (cells and left-out rows). Replaced by those of the first
            row.
        ways: As `sum_before` leaves them.
        marginals: Where to write, ``(R, M)``.
        rows: Where to write those of these rows, ``(R,)``.
        columns: Where to add those of the columns, ``(M,)``.
    """
    for n in range(odds.shape[0] - 1, -1, -1):
        here = Scaled(ways.value[:, n], ways.power[:, n])
        rows.began[n], rows.ended[n], rows.left_out[n] = _row_marginals(
            odds[n], row + n, weights, total, below, here, marginals[n], columns
        )


@compiled
def _row_marginals(
    odds: Floats,
    row: int,
    weights: Weights,
    total: Scaled,
    below: Scaled,
    ways: Scaled,
    marginals: Floats,
    columns: Chances,
) -> tuple[float, float, float]:
    """Do so for one row, and return its own: began, ended and left out."""
    step, step_power = scaled_exp(weights.gap)
    drop, drop_power = scaled_exp(weights.drop)
    num_columns = len(odds)
    row_began = row_ended = row_left_out = 0.0
    aslant = right = right_b = 0.0
    aslant_power = right_power = right_b_power = LEAST_POWER
    for m in range(num_columns - 1, -1, -1):
        down, down_power = below.value[MATCHED, m], below.power[MATCHED, m]
        down_a, down_a_power = below.value[LEFT_OUT_A, m], below.power[LEFT_OUT_A, m]
        way, power = ways.value[MATCHED, m], ways.power[MATCHED, m]
        own, own_power = scaled_exp(odds[m])
        here, here_power = normal(way * own, power + own_power)

        passed = to_power(here * aslant, here_power + aslant_power)
        side_power = here_power + step_power
        passed += to_power(here * step * down, side_power + down_power)
        passed += to_power(here * step * right, side_power + right_power)
        side_power = here_power + drop_power
        passed += to_power(here * drop * down_a, side_power + down_a_power)
        passed += to_power(here * drop * right_b, side_power + right_b_power)
        end, end_power = end_weight(weights, row, num_columns - 1 - m)
        whole_power = here_power + end_power - total.power[0]
        ended = to_power(here * end / total.value[0], whole_power)
        passed += ended
        row_ended += ended
        columns.ended[m] += ended
        marginals[m] = passed

        most = max(aslant_power, right_b_power)
        share = to_power(aslant, aslant_power - most)
        share += to_power(right_b, right_b_power - most)
        right_b, right_b_power = normal(share, most)
        most = max(right_b_power, down_a_power)
        share = to_power(right_b, right_b_power - most)
        share += to_power(down_a, down_a_power - most)
        share_a, share_a_power = normal(share, most)
        both_power = ways.power[LEFT_OUT_A, m] + share_a_power
        row_left_out += to_power(ways.value[LEFT_OUT_A, m] * share_a, both_power)
        both_power = ways.power[LEFT_OUT_B, m] + right_b_power
        skipped = to_power(ways.value[LEFT_OUT_B, m] * right_b, both_power)
        columns.left_out[m] += skipped

        aslant, aslant_power = down, down_power
        right, right_power = normal(passed / way, -power)
        begin, begin_power = begin_weight(weights, row, m)
        began = to_power(begin * right, begin_power + right_power)
        row_began += began
        columns.began[m] += began
        below.value[MATCHED, m], below.power[MATCHED, m] = right, right_power
        below.value[LEFT_OUT_A, m] = share_a
        below.power[LEFT_OUT_A, m] = share_a_power
    return row_began, row_ended, row_left_out
