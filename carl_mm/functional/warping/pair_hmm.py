"""Matches of two videos as a posterior over all monotone paths, with open ends.

A pair hidden Markov model (Durbin et al., Biological Sequence Analysis, 1998, ch. 4). A
path begins at a cell of the first row or column and ends at one of the last row or
column. Its log-weight is the sum of the log-odds of its cells, of ``gap`` for each step
(1, 0) or (0, 1), and of ``end_gap`` for each frame skipped before or after it.

Arrays of cells are ``(N + 2, M + 2, P)``: P pairs of videos, padded to one size, within
a border of one cell.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn import config_context
from sklearn.isotonic import isotonic_regression

from carl_mm.functional._inputs import Floats, Ints
from carl_mm.functional.warping.dtw import unit_pair
from carl_mm.functional.warping.path_posterior import path_posterior

MAX_CELLS = 2**26  # of two float64 each: 1 GiB
BLOCK_CELLS = 2**16  # number whose running sums are held at once, as caches hold
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
    similarity exceeds the mean over all pairs. Memory is 16 bytes for each pair of
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
            2^26 pairs of frames, or a weight is out of range.

    Example:
        >>> import numpy as np
        >>> from carl_mm.functional import cosine_posterior
        >>> video = np.eye(8)
        >>> found = cosine_posterior(video[:6], video[3:])
        >>> found.frame_inds_b[3:].tolist(), found.matched_a.round(1).tolist()
        ([0, 1, 2], [0.2, 0.5, 0.7, 1.0, 1.0, 1.0])
    """
    _check_weights(scale, gap, end_gap)
    unit_a, unit_b = unit_pair(a, b, MAX_CELLS, 'the posterior takes 16 bytes')
    rows, columns = len(unit_a), len(unit_b)
    similarities = np.zeros((rows + 2, columns + 2, 1))
    similarities[1:-1, 1:-1, 0] = unit_a @ unit_b.T
    lengths = np.array([[rows], [columns]])
    (found,) = match_posteriors(similarities, lengths, scale, gap, end_gap)
    return found


def match_posteriors(
    similarities: Floats,
    lengths: Ints,
    scale: float = SCALE,
    gap: float = GAP,
    end_gap: float = END_GAP,
) -> Iterator[MatchPosterior]:
    """Match several pairs of videos at once, see `cosine_posterior`.

    Args:
        similarities: Cosine similarities, ``(N + 2, M + 2, P)``; 0 in the border and
            where a pair is padded. They are overwritten.
        lengths: Numbers of frames of both videos of each pair, ``(2, P)``.
        scale: See `cosine_posterior`.
        gap: See `cosine_posterior`.
        end_gap: See `cosine_posterior`.

    Yields:
        The posterior of each pair, in order.
    """
    similarities -= similarities.sum(axis=(0, 1)) / lengths.prod(axis=0)
    similarities *= scale
    found = path_posterior(similarities, lengths, gap, end_gap)
    inds_b, spread_b = _medians(found.marginals, lengths[1])
    inds_a, spread_a = _medians(found.marginals.swapaxes(0, 1), lengths[0])
    for pair, (rows, columns) in enumerate(lengths.T):
        yield MatchPosterior(
            _ascending(inds_b[:rows, pair], spread_b[:rows, pair]),
            _ascending(inds_a[:columns, pair], spread_a[:columns, pair]),
            spread_b[:rows, pair],
            spread_a[:columns, pair],
            found.matched_a[:rows, pair],
            found.matched_b[:columns, pair],
            float(found.log_partition[pair]),
        )


def _check_weights(scale: float, gap: float, end_gap: float) -> None:
    if not 0 < scale < np.inf:
        raise ValueError(f'scale must be positive and finite, got {scale}')
    for name, weight in (('gap', gap), ('end_gap', end_gap)):
        if not -np.inf < weight <= 0:
            raise ValueError(f'{name} must be finite and at most 0, got {weight}')


def _medians(marginals: Floats, num_columns: Ints) -> tuple[Ints, Floats]:
    """Return the median column of each row, and the mean distance from it.

    Args:
        marginals: ``(N, M, P)``, 0 where a pair is padded.
        num_columns: Number of columns of each pair, ``(P,)``.

    Returns:
        Both ``(N, P)``. A row whose marginals are all too small to be told from 0 gets
        the last column if it is below the path, else the first.
    """
    rows, columns, pairs = marginals.shape
    inds = np.empty((rows, pairs), dtype=np.int64)
    spread, mass = np.empty((2, rows, pairs))
    block = max(1, BLOCK_CELLS // (columns * pairs))
    for start in range(0, rows, block):
        part = slice(start, start + block)
        sums = np.cumsum(marginals[part], axis=1)
        mass[part] = sums[:, -1]
        # Rounding does not choose between two columns that halve the mass.
        half = mass[part, None] * (0.5 - 1e-9)
        inds[part] = np.count_nonzero(sums < half, axis=1)
        # The mean distance from a median is the sum of the smaller tails.
        np.minimum(sums, mass[part, None] - sums, out=sums)
        spread[part] = sums.sum(axis=1)
    spread /= np.where(mass > 0, mass, 1)
    below = (mass == 0) & np.logical_or.accumulate(mass > 0)
    return np.where(below, num_columns - 1, inds), spread


def _ascending(inds: Ints, spread: Floats) -> Ints:
    if (np.diff(inds) >= 0).all():
        return inds
    # Its checks take longer than the rest.
    with config_context(assume_finite=True, skip_parameter_validation=True):
        nearest = isotonic_regression(inds, sample_weight=1 / (1 + spread))
    rounded: Ints = np.rint(nearest).astype(np.int64)
    return rounded
