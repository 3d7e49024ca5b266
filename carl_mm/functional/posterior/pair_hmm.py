"""Matches of two videos as a posterior over all monotone paths, with open ends.

A pair hidden Markov model (Durbin et al., Biological Sequence Analysis, 1998, ch. 4). A
path begins at a cell of the first row or column and ends at one of the last row or
column. Its log-weight is the sum of the log-odds of its cells, of ``gap`` for each step
(1, 0) or (0, 1), and of ``end_gap`` for each frame skipped before or after it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from carl_mm.functional._compiled import compiled
from carl_mm.functional._inputs import Floats, Ints
from carl_mm.functional.posterior.path_posterior import (
    BLOCK_CELLS,
    PathPosterior,
    path_posterior,
)
from carl_mm.functional.warping.dtw import check_cells, unit_pair

MAX_CELLS = 2**27  # of 8 bytes each: 1 GiB
SCALE, GAP, END_GAP = 6.0, -0.5, -1.0


@dataclass(frozen=True, eq=False)
class MatchPosterior:
    """What all paths together say about the frames of two videos, a and b.

    Attributes:
        frame_inds_b: Frame of b for each frame of a, ``(N,)`` int64, ascending: the
            median of those that are on a path with it, the first of two.
        frame_inds_a: Frame of a for each frame of b, ``(M,)`` int64, likewise.
        spread_b: Mean distance of those frames of b from their median, ``(N,)``, in
            frames; 0 where the match is certain, and where there is none.
        spread_a: Likewise for each frame of b, ``(M,)``.
        matched_a: Probability that a frame of a is on the path, and not skipped before
            or after it, ``(N,)``.
        matched_b: Likewise for each frame of b, ``(M,)``.
        log_partition: Logarithm of the sum of the weights of all paths. It compares
            pairs of the same lengths only: longer videos have more paths.
    """

    frame_inds_b: Ints
    frame_inds_a: Ints
    spread_b: Floats
    spread_a: Floats
    matched_a: Floats
    matched_b: Floats
    log_partition: float


def cosine_posterior(
    a: Any, b: Any, *, scale: float = SCALE, gap: float = GAP, end_gap: float = END_GAP
) -> MatchPosterior:
    """Match two videos by the posterior over all monotone paths.

    The log-odds of a pair of frames are ``scale`` times how much their cosine
    similarity exceeds the mean over all pairs. Memory is 8 bytes for each pair of
    frames. Medians that are not in order, which is rare, are replaced by the nearest
    ascending ones (isotonic regression with weights 1 / (1 + spread), rounded).

    Args:
        a: Embeddings of one video, ``(N, D)``, finite; N >= 1.
        b: Embeddings of the other video, ``(M, D)``, finite; M >= 1.
        scale: Weight of the similarities; > 0. The larger, the nearer to one path.
        gap: Log-weight of a step that moves on in one video alone; <= 0.
        end_gap: Log-weight of a frame before or after the path; <= 0.

    Raises:
        ValueError: A video has no frame, a value is not finite, there are more than
            2^27 pairs of frames, or a weight is out of range.

    Example:
        >>> import numpy as np
        >>> from carl_mm.functional import cosine_posterior
        >>> video = np.eye(8)
        >>> found = cosine_posterior(video[:6], video[3:])
        >>> found.frame_inds_b[3:].tolist(), found.matched_a.round(1).tolist()
        ([0, 1, 2], [0.2, 0.5, 0.7, 1.0, 1.0, 1.0])
    """
    _check_weights(scale, gap, end_gap)
    unit_a, unit_b = unit_pair(a, b)
    rows, columns = len(unit_a), len(unit_b)
    check_cells(rows * columns, MAX_CELLS, unit_a, unit_b)
    mean = unit_a.mean(axis=0) @ unit_b.mean(axis=0)

    def odds_of(part: slice) -> Floats:
        odds: Floats = scale * (unit_a[part] @ unit_b.T - mean)
        return odds

    return summary(path_posterior(odds_of, rows, columns, gap, end_gap))


def summary(found: PathPosterior) -> MatchPosterior:
    """Say of each frame what all paths say together."""
    inds_b, spread_b = _medians(found.marginals)
    inds_a, spread_a = _medians(found.marginals.T)
    return MatchPosterior(
        _ascending(inds_b, spread_b),
        _ascending(inds_a, spread_a),
        spread_b,
        spread_a,
        found.matched_a,
        found.matched_b,
        found.log_partition,
    )


def _check_weights(scale: float, gap: float, end_gap: float) -> None:
    if not 0 < scale < np.inf:
        raise ValueError(f'scale must be positive and finite, got {scale}')
    for name, weight in (('gap', gap), ('end_gap', end_gap)):
        if not -np.inf < weight <= 0:
            raise ValueError(f'{name} must be finite and at most 0, got {weight}')


def _medians(marginals: Floats) -> tuple[Ints, Floats]:
    """Return the median column of each row, and the mean distance from it.

    Args:
        marginals: ``(N, M)``.

    Returns:
        Both ``(N,)``. A row whose marginals are all too small to be told from 0 gets
        the last column if it is below the path, else the first.
    """
    rows, columns = marginals.shape
    inds = np.empty(rows, dtype=np.int64)
    spread, mass = np.empty((2, rows))
    block = max(1, BLOCK_CELLS // columns)
    for start in range(0, rows, block):
        part = slice(start, start + block)
        of_rows = np.ascontiguousarray(marginals[part])  # a copy if transposed
        _find_medians(of_rows, inds[part], spread[part], mass[part])
    below = (mass == 0) & np.logical_or.accumulate(mass > 0)
    return np.where(below, columns - 1, inds), spread


@compiled
def _find_medians(marginals: Floats, inds: Ints, spread: Floats, mass: Floats) -> None:
    for n in range(len(marginals)):
        total = marginals[n].sum()
        # Rounding does not choose between two columns that halve the mass.
        half = total * (0.5 - 1e-9)
        count, distance, running = 0, 0.0, 0.0
        for m in range(marginals.shape[1]):
            running += marginals[n, m]
            count += running < half
            # The mean distance from a median is the sum of the smaller tails.
            distance += max(min(running, total - running), 0.0)
        inds[n], mass[n] = count, total
        spread[n] = distance / total if total > 0 else 0.0


def _ascending(inds: Ints, spread: Floats) -> Ints:
    if (np.diff(inds) >= 0).all():
        return inds
    from sklearn import config_context  # slow to import
    from sklearn.isotonic import isotonic_regression

    # Its checks take longer than the rest.
    with config_context(assume_finite=True, skip_parameter_validation=True):
        nearest = isotonic_regression(inds, sample_weight=1 / (1 + spread))
    rounded: Ints = np.rint(nearest).astype(np.int64)
    return rounded
