"""How videos go through the moments of a prototype."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carl_mm.functional._inputs import Floats
from carl_mm.functional.timeline.prototype import (
    END_GAP,
    GAP,
    SCALE,
    prototype_posteriors,
)

ENOUGH = 0.5  # of the way from chance to the usual similarity of matches


@dataclass(frozen=True, eq=False)
class PrototypeMatch:
    """How one video goes through the moments of a prototype.

    Attributes:
        moments: Moment of each frame, ``(T,)``, ascending, in [0, K - 1]: the mean of
            those on a path with it.
        spread: Standard deviation of those moments, ``(T,)``, in moments.
        matched: Probability that a frame is neither before nor after the moments that
            the video shares with the prototype, ``(T,)``; 0 before the first and after
            the last frame whose similarity is nearer to that of matches than to chance.
        moment_matched: Likewise for the moments: whether the video has them, ``(K,)``.
        similarity: By how much the cosine similarity of matched frames and moments
            exceeds that of all, on average; in [-2, 2].
    """

    moments: Floats
    spread: Floats
    matched: Floats
    moment_matched: Floats
    similarity: float


def match_prototype(
    moments: Floats,
    videos: Sequence[Floats],
    *,
    scale: float = SCALE,
    gap: float = GAP,
    end_gap: float = END_GAP,
) -> list[PrototypeMatch]:
    """Match each video with a prototype, see `fit_prototype` for the arguments."""
    found = []
    for similarities, paths in prototype_posteriors(
        moments, videos, scale, gap, end_gap
    ):
        cells = paths.marginals
        agreed = cells * similarities
        chance = float(similarities.mean())
        usual = float(agreed.sum() / max(cells.sum(), 1e-12))
        least = chance + ENOUGH * (usual - chance)
        places, spread = _places(cells)
        has_frame = _between(agreed.sum(axis=0), cells.sum(axis=0), least)
        has_moment = _between(agreed.sum(axis=1), cells.sum(axis=1), least)
        found.append(
            PrototypeMatch(
                moments=places,
                spread=spread,
                matched=paths.matched_b * has_frame,
                moment_matched=paths.matched_a * has_moment,
                similarity=usual - chance,
            )
        )
    return found


def _between(agreed: Floats, mass: Floats, least: float) -> NDArray[np.bool_]:
    """Tell what lies between the first and last that are similar enough to a match.

    Before and after, a path goes on along the edge rather than to end, wherever frames
    are a little more alike than by chance.
    """
    good = np.flatnonzero(agreed >= least * mass)
    inside = np.zeros(len(mass), dtype=np.bool_)
    if len(good):
        inside[good[0] : good[-1] + 1] = True
    return inside


def _places(cells: Floats) -> tuple[Floats, Floats]:
    """Return the mean moment of each frame, in order, and its standard deviation."""
    from sklearn.isotonic import isotonic_regression  # slow to import

    moment = np.arange(len(cells))
    mass = cells.sum(axis=0)
    known = mass > 1e-9
    safe = np.where(known, mass, 1)
    mean = moment @ cells / safe
    spread = np.sqrt(np.maximum(moment**2 @ cells / safe - mean**2, 0))
    frames = np.arange(len(mass))
    filled = np.interp(frames, frames[known], mean[known])
    ordered: Floats = isotonic_regression(filled, sample_weight=1 / (1 + spread))
    return ordered, np.where(known, spread, 0.0)
