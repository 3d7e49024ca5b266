"""A prototype of many videos: the moments that all of them go through, in order.

A profile hidden Markov model (Durbin et al., Biological Sequence Analysis, 1998, ch. 5
and 6) fitted by expectation maximisation: the posterior over all monotone paths between
prototype and video, see `carl_mm.functional.posterior.pair_hmm`, takes the place of the
one path of DTW barycentre averaging (Petitjean et al., Pattern Recognition 44, 2011).
Each round costs as much as one alignment for each video.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from carl_mm.functional._inputs import Floats
from carl_mm.functional.posterior.pair_hmm import MAX_CELLS
from carl_mm.functional.posterior.path_posterior import PathPosterior, path_posterior
from carl_mm.functional.warping.dtw import unit_rows

SCALE, GAP, END_GAP = 12.0, -0.5, -1.0
MAX_ROUNDS = 10
TOLERANCE = 1e-4  # mean change of the moments, as 1 - cosine similarity


def fit_prototype(
    videos: Sequence[Floats],
    num_moments: int,
    *,
    scale: float = SCALE,
    gap: float = GAP,
    end_gap: float = END_GAP,
) -> Floats:
    """Find the moments that all videos go through.

    They begin as the mean of the videos, each brought to one length; each round
    replaces them by `next_moments`, until they stand still.

    Args:
        videos: Rows of unit length of each video, ``(T_i, D)``; T_i >= 1.
        num_moments: Number of moments K, >= 1.
        scale: Weight of the similarities, see `cosine_posterior`.
        gap: See `cosine_posterior`.
        end_gap: See `cosine_posterior`.

    Returns:
        ``(K, D)``, rows of unit length.
    """
    mean = np.mean([resampled(video, num_moments) for video in videos], axis=0)
    moments = unit_rows(mean)
    for _ in range(MAX_ROUNDS):
        before = moments
        moments = next_moments(before, videos, scale, gap, end_gap)
        if 1 - np.einsum('kd,kd->k', moments, before).mean() < TOLERANCE:
            break
    return moments


def next_moments(
    moments: Floats, videos: Sequence[Floats], scale: float, gap: float, end_gap: float
) -> Floats:
    """Average what the videos show at each moment, by what they are matched with.

    With the probability g_i(k, t) that frame t of video i is at moment k, each video
    votes by what it shows there, and by at most 1::

        p_k = c(sum_i sum_t g_i(k, t) x_i(t) / max(1, sum_t g_i(k, t))),  c(x) = x / |x|

    Args:
        moments: The moments before, ``(K, D)``; kept where no video votes.
        videos: See `fit_prototype`, as the other arguments.
        scale: See there.
        gap: See there.
        end_gap: See there.

    Returns:
        ``(K, D)``, rows of unit length.
    """
    sums = np.zeros_like(moments)
    found = prototype_posteriors(moments, videos, scale, gap, end_gap)
    for video, (_, paths) in zip(videos, found, strict=True):
        cells = paths.marginals
        sums += cells @ video / np.maximum(cells.sum(axis=1, keepdims=True), 1)
    empty = np.linalg.norm(sums, axis=1, keepdims=True) < 1e-9
    return np.where(empty, moments, unit_rows(sums))


def resampled(video: Floats, length: int) -> Floats:
    """Bring a video ``(T, D)`` to another length by linear interpolation."""
    at = (np.arange(length) + 0.5) / length * len(video) - 0.5
    at = np.clip(at, 0, len(video) - 1)
    below = np.floor(at).astype(np.int64)
    above = np.minimum(below + 1, len(video) - 1)
    share = (at - below)[:, None]
    mixed: Floats = video[below] * (1 - share) + video[above] * share
    return mixed


def prototype_posteriors(
    moments: Floats, videos: Sequence[Floats], scale: float, gap: float, end_gap: float
) -> Iterator[tuple[Floats, PathPosterior]]:
    """Yield of each video its similarities ``(K, T)`` and the sums over all paths."""
    rows = len(moments)
    for index, video in enumerate(videos):
        if rows * len(video) > MAX_CELLS:
            raise ValueError(
                f'video {index}: {len(video)} frames are too many beside the others, '
                f'whose clock has {rows} moments; take every k-th frame'
            )
        similarities = moments @ video.T
        odds = scale * (similarities - similarities.mean())
        yield (
            similarities,
            path_posterior(odds.__getitem__, rows, len(video), gap, end_gap),
        )
