"""A prototype of many videos: the moments that all of them go through, in order.

A profile hidden Markov model (Durbin et al., Biological Sequence Analysis, 1998, ch. 5
and 6) fitted by expectation maximisation: the posterior over all monotone paths between
prototype and video, see `carl_mm.functional.warping.pair_hmm`, takes the place of the
one path of DTW barycentre averaging (Petitjean et al., Pattern Recognition 44, 2011).
Each round costs as much as one alignment for each video.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from carl_mm.functional._inputs import Floats
from carl_mm.functional.warping.dtw import unit_rows
from carl_mm.functional.warping.pair_hmm import MAX_CELLS
from carl_mm.functional.warping.path_posterior import path_posterior

BATCH_CELLS = 2**18  # number filled at once: their totals take 2 MiB, as caches hold
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
    for index, cells, _, _ in found:
        sums += cells @ videos[index] / np.maximum(cells.sum(axis=1, keepdims=True), 1)
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
) -> Iterator[tuple[int, Floats, Floats, Floats]]:
    """Yield a video's place, cells ``(K, T)``, and what is matched ``(T,)``, ``(K,)``.

    Videos of like lengths are filled together; the order is by length.
    """
    rows = len(moments)
    for batch in _batches(rows, [len(video) for video in videos]):
        columns = np.array([len(videos[index]) for index in batch])
        odds = np.zeros((rows + 2, columns.max() + 2, len(batch)))
        for place, index in enumerate(batch):
            similarities = moments @ videos[index].T
            odds[1:-1, 1 : columns[place] + 1, place] = scale * (
                similarities - similarities.mean()
            )
        lengths = np.stack([np.full(len(batch), rows), columns])
        found = path_posterior(odds, lengths, gap, end_gap)
        for place, index in enumerate(batch):
            width = columns[place]
            cells = found.marginals[:, :width, place]
            matched = found.matched_b[:width, place]
            yield index, cells, matched, found.matched_a[:, place]


def _batches(rows: int, lengths: Sequence[int]) -> Iterator[list[int]]:
    order = sorted(range(len(lengths)), key=lambda index: lengths[index])
    batch: list[int] = []
    for index in order:
        if rows * lengths[index] > MAX_CELLS:
            raise ValueError(
                f'video {index}: {lengths[index]} frames are too many beside the '
                f'others, whose clock has {rows} moments; take every k-th frame'
            )
        if batch and rows * lengths[index] * (len(batch) + 1) > BATCH_CELLS:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch
