"""Sums over all monotone paths, with open ends.

See `carl_mm.functional.posterior.pair_hmm` for the paths and their weights.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from carl_mm.functional._inputs import Floats
from carl_mm.functional.posterior.path_marginals import Chances, to_marginals
from carl_mm.functional.posterior.path_sums import Weights, sum_before
from carl_mm.functional.posterior.scaled import Scaled, scaled_zeros, to_logs

BLOCK_CELLS, LEAST_ROWS = 2**19, 16  # number held at once, of 44 bytes
NEVER = -1e9  # log-weight of what no path does
# Computes the log-odds of some rows, `(R, M)`.
Odds = Callable[[slice], Floats]


class PathPosterior(NamedTuple):
    """Sums over all paths.

    Attributes:
        marginals: Probability that a cell is on the path, ``(N, M)``.
        log_partition: Logarithm of the sum of the weights.
        matched_a: Probability that a row has a cell on the path, ``(N,)``.
        matched_b: Probability that a column has one, ``(M,)``.
        mean_odds: Mean log-odds of the cells, weighted by ``marginals``.
    """

    marginals: Floats
    log_partition: float
    matched_a: Floats
    matched_b: Floats
    mean_odds: float


def path_posterior(
    odds_of: Odds,
    num_rows: int,
    num_columns: int,
    gap: float,
    end_gap: float,
    drop: float = NEVER,
    anywhere: bool = False,
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
        drop: Log-weight of a jump from a cell (n, m) to one of a later row and column,
            which leaves out those between, some of the rows or of the columns or both;
            by default there is none.
        anywhere: Whether a path may begin and end in any cell, not only in the first
            and last row or column.
    """
    weights = Weights(num_rows, gap, end_gap, drop, anywhere)
    parts = _parts(num_rows, num_columns)
    block = parts[0].stop
    above, ways, total = _nothing(3, num_columns), _ways(block, num_columns), _nothing()
    before = []
    for part in parts:
        before.append(Scaled(above.value.copy(), above.power.copy()))
        odds = odds_of(part)
        sum_before(odds, part.start, weights, above, ways, total)
    marginals = np.empty((num_rows, num_columns))
    rows, columns = (Chances(*np.zeros((3, n))) for n in marginals.shape)
    below = _nothing(2, num_columns)
    sum_of_odds = 0.0
    for part, start in zip(reversed(parts), reversed(before), strict=True):
        if len(parts) > 1:
            odds = odds_of(part)
            sum_before(odds, part.start, weights, start, ways, scaled_zeros(1))
        here = Chances(*(each[part] for each in rows))
        to_marginals(
            odds,
            part.start,
            weights,
            total,
            below,
            ways,
            marginals[part],
            here,
            columns,
        )
        sum_of_odds += float(np.vdot(marginals[part], odds))
    return PathPosterior(
        marginals,
        float(to_logs(total)[0]),
        _matched(rows),
        _matched(columns),
        sum_of_odds / float(marginals.sum()),
    )


def log_partition(
    odds_of: Odds, num_rows: int, num_columns: int, gap: float, end_gap: float
) -> float:
    """Compute that of `path_posterior` alone, without the probabilities."""
    weights = Weights(num_rows, gap, end_gap, NEVER, False)
    parts = _parts(num_rows, num_columns)
    above, total = _nothing(3, num_columns), _nothing()
    ways = _ways(parts[0].stop, num_columns)
    for part in parts:
        sum_before(odds_of(part), part.start, weights, above, ways, total)
    return float(to_logs(total)[0])


def _parts(num_rows: int, num_columns: int) -> list[slice]:
    block = min(max(BLOCK_CELLS // num_columns, LEAST_ROWS), num_rows)
    return [slice(n, min(n + block, num_rows)) for n in range(0, num_rows, block)]


def _ways(num_rows: int, num_columns: int) -> Scaled:
    shape = 3, num_rows, num_columns
    return Scaled(np.empty(shape), np.empty(shape, dtype=np.int32))


def _nothing(states: int = 1, num_columns: int | None = None) -> Scaled:
    """Return zeros: of each column in several states, or one number."""
    return scaled_zeros(1) if num_columns is None else scaled_zeros(states, num_columns)


def _matched(chances: Chances) -> Floats:
    """Compute the probability that a frame is on the path, ``(T,)``."""
    later = chances.began.sum() - chances.began.cumsum()
    earlier = chances.ended.cumsum() - chances.ended
    matched: Floats = np.clip(1 - later - earlier - chances.left_out, 0, 1)
    return matched
