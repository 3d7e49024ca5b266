"""Match two videos of which either may hold what the other lacks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from carl_mm.functional._inputs import Floats
from carl_mm.functional.posterior.pair_hmm import (
    GAP,
    MAX_CELLS,
    SCALE,
    MatchPosterior,
    summary,
)
from carl_mm.functional.posterior.path_posterior import log_partition, path_posterior
from carl_mm.functional.warping.dtw import check_cells, unit_pair

ENDS = ('auto', 'closed', 'open')
CORNER = -1e4  # log-weight of a frame before or after the path: there is none
# Chosen on one half of the real videos and on generated ones, see quality.md.
STEP, DROP, HALF_WAY, MAX_SCALE = -1.0, -8.0, 0.5, 100.0
ENOUGH = 20.0  # evidence, in nats: neighbouring frames are not independent
NO_VARIANCE = 1e-12  # of similarities that differ by rounding alone


@dataclass(frozen=True, eq=False)
class FrameMatch(MatchPosterior):
    """What all paths say, and whether frames of a video are without counterpart.

    Attributes:
        similarity: Mean cosine similarity of the frames that match, in [-1, 1].
        chance: Mean cosine similarity of all pairs of frames, in [-1, 1].
        ends: 'closed' if the first and the last frames match, and all between; 'open'
            if frames may be without counterpart.
        evidence: Logarithm of how much likelier the similarities are if frames may be
            without counterpart than if not; at least about 0. Not computed, and NaN, if
            the ends were given.
    """

    similarity: float
    chance: float
    ends: str
    evidence: float


class Similarities:
    """Cosine similarities of two videos, by rows as they are needed.

    Args:
        rows_of: Function that computes some rows, ``(R, M)``.
        shape: Numbers of frames of both videos, (N, M).
        chance: Their mean.
        variance: Their variance.
    """

    def __init__(
        self,
        rows_of: Callable[[slice], Floats],
        shape: tuple[int, int],
        chance: float,
        variance: float,
    ) -> None:
        self.rows_of = rows_of
        self.shape = shape
        self.chance = chance
        self.variance = variance

    @classmethod
    def of_matrix(cls, matrix: Floats) -> 'Similarities':
        """Take those that are known, ``(N, M)``."""
        rows, columns = matrix.shape
        mean, variance = float(matrix.mean()), float(matrix.var())
        return cls(matrix.__getitem__, (rows, columns), mean, variance)

    @classmethod
    def of_videos(cls, unit_a: Floats, unit_b: Floats) -> 'Similarities':
        """Take those of frames of unit length, ``(N, D)`` and ``(M, D)``."""
        shape = len(unit_a), len(unit_b)
        mean = float(unit_a.mean(axis=0) @ unit_b.mean(axis=0))
        squares = float(np.vdot(unit_a.T @ unit_a, unit_b.T @ unit_b))
        variance = squares / (shape[0] * shape[1]) - mean**2
        return cls(lambda part: unit_a[part] @ unit_b.T, shape, mean, variance)

    def odds(self, scale: float, zero: float) -> Callable[[slice], Floats]:
        """Return a function that computes ``scale * (similarities - zero)``."""
        return lambda part: scale * (self.rows_of(part) - zero)


def match_frames(a: Any, b: Any, ends: str = 'auto') -> FrameMatch:
    """Match two videos by the posterior over all monotone paths, ends open or closed.

    With closed ends, paths run from corner to corner, and the log-odds of a pair of
    frames are 6 times how much their cosine similarity exceeds the mean over all pairs,
    m. With open ends, paths begin and end anywhere, and may leave out frames between,
    at exp(-8) each time; the log-odds are (p - m) / v times how much the similarity
    exceeds (p + m) / 2, with the variance v of the similarities and the mean p of those
    on a path (found with open ends and the first odds): a ratio of two normal densities
    of one variance, that of matches and that of all pairs. So frames that are no more
    alike than by chance are not matched. 'auto' takes open ends if the logarithm of the
    sum over all paths exceeds that over paths from corner to corner, under the same
    odds, by 20 (a Bayes factor). See `cosine_posterior` for what paths are.

    Args:
        a: Embeddings of one video, ``(N, D)``, finite; N >= 1.
        b: Embeddings of the other video, ``(M, D)``, finite; M >= 1.
        ends: 'closed', 'open' or 'auto'.

    Raises:
        ValueError: A video has no frame, a value is not finite, there are more than
            2^27 pairs of frames, or ``ends`` is unknown.

    Example:
        >>> import numpy as np
        >>> from carl_mm.functional import match_frames
        >>> moments = np.eye(60)
        >>> found = match_frames(moments[:40], moments[20:])
        >>> found.ends, (found.matched_a > 0.5).nonzero()[0][[0, -1]].tolist()
        ('open', [20, 39])
    """
    check_ends(ends)
    unit_a, unit_b = unit_pair(a, b)
    check_cells(len(unit_a) * len(unit_b), MAX_CELLS, unit_a, unit_b)
    return match(Similarities.of_videos(unit_a, unit_b), ends)


def check_ends(ends: str) -> None:
    """Check that it is one of `ENDS`."""
    if ends not in ENDS:
        raise ValueError(f'ends must be one of {ENDS}, got {ends!r}')


def match(similarities: Similarities, ends: str) -> FrameMatch:
    """Match two videos by their similarities, see `match_frames`."""
    chance, shape = similarities.chance, similarities.shape
    first_odds = similarities.odds(SCALE, chance)
    evidence = float('nan')
    if ends != 'closed' and similarities.variance > NO_VARIANCE:
        paths = path_posterior(first_odds, *shape, STEP, 0.0)
        above_chance = paths.mean_odds / SCALE
        scale = min(max(above_chance, 0.0) / similarities.variance, MAX_SCALE)
        zero = chance + HALF_WAY * above_chance
        odds = similarities.odds(scale, zero)
        paths = path_posterior(odds, *shape, STEP, 0.0, DROP, anywhere=True)
        if ends == 'auto':
            evidence = paths.log_partition - log_partition(odds, *shape, STEP, CORNER)
        if ends == 'open' or evidence > ENOUGH:
            similarity = zero + paths.mean_odds / scale if scale > 0 else chance
            return FrameMatch(
                **vars(summary(paths)),
                similarity=similarity,
                chance=chance,
                ends='open',
                evidence=evidence,
            )
    paths = path_posterior(first_odds, *shape, GAP, CORNER)
    return FrameMatch(
        **vars(summary(paths)),
        similarity=chance + paths.mean_odds / SCALE,
        chance=chance,
        ends='closed',
        evidence=evidence,
    )
