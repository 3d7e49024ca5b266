"""The alignments of all pairs of many videos, faster than pair by pair.

Python runs once for each anti-diagonal of many pairs, not of one, and there is one
matrix product for all later videos in a batch: many small ones lose their time where
other programs keep the cores busy.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, groupby

import numpy as np

from carl_mm.functional._inputs import Floats, Ints
from carl_mm.functional.warping.dtw import cosine_dtw, trace, unit_rows, warp_steps
from carl_mm.functional.warping.pair_hmm import (
    MatchPosterior,
    cosine_posterior,
    match_posteriors,
)

BATCH_CELLS = 2**18  # number filled at once: their totals take 2 MiB, as caches hold
Pair = tuple[int, int]


def cosine_paths(videos: Sequence[Floats]) -> Iterator[tuple[int, int, Ints]]:
    """Align all pairs of videos as `cosine_dtw` does; costs equal its up to rounding.

    Args:
        videos: Embeddings of each video, ``(T_i, D)``, finite; T_i >= 1.

    Yields:
        Two videos i < j, and ``(L, 2)`` int64, the frames (of i, of j) that match. The
        pairs come in any order.
    """
    units = [unit_rows(video) for video in videos]
    for batch in _batches([len(video) for video in videos]):
        if _is_long(videos, batch):  # alone, without holding its totals
            ((i, j),) = batch
            yield i, j, cosine_dtw(videos[i], videos[j])
            continue
        similarities, lengths = _similarities(units, batch)
        # No path to a cell passes below it or to its right: padding changes none.
        steps = warp_steps(1 - similarities[1:-1, 1:-1])
        for place, (i, j) in enumerate(batch):
            height, width = lengths[:, place]
            yield i, j, trace(steps[:height, :width, place])


def cosine_posteriors(
    videos: Sequence[Floats],
) -> Iterator[tuple[int, int, MatchPosterior]]:
    """Match all pairs of videos as `cosine_posterior` does, up to rounding.

    Args:
        videos: Embeddings of each video, ``(T_i, D)``, finite; T_i >= 1.

    Yields:
        Two videos i < j, and their posterior, in which a is i and b is j. The pairs
        come in any order.
    """
    units = [unit_rows(video) for video in videos]
    for batch in _batches([len(video) for video in videos]):
        if _is_long(videos, batch):  # its number of pairs of frames is checked
            ((i, j),) = batch
            yield i, j, cosine_posterior(videos[i], videos[j])
            continue
        found = match_posteriors(*_similarities(units, batch))
        for (i, j), posterior in zip(batch, found, strict=True):
            yield i, j, posterior


def _is_long(videos: Sequence[Floats], batch: Sequence[Pair]) -> bool:
    i, j = batch[0]
    return len(videos[i]) * len(videos[j]) > BATCH_CELLS // 2


def _batches(lengths: Sequence[int]) -> Iterator[list[Pair]]:
    """Divide the pairs of videos by what is held at once; a long pair stands alone."""
    batch: list[Pair] = []
    rows = columns = 0  # of the largest pair in the batch
    for i, j in combinations(range(len(lengths)), 2):
        height, width = lengths[i], lengths[j]
        if height * width > BATCH_CELLS // 2:
            yield [(i, j)]
            continue
        rows, columns = max(rows, height), max(columns, width)
        if batch and rows * columns * (len(batch) + 1) > BATCH_CELLS:
            yield batch
            batch, rows, columns = [], height, width
        batch.append((i, j))
    if batch:
        yield batch


def _similarities(
    units: Sequence[Floats], pairs: Sequence[Pair]
) -> tuple[Floats, Ints]:
    """Compute the cosine similarities of a batch.

    Args:
        units: Rows of unit length of each video, ``(T_i, D)``.
        pairs: Videos (i, j), by i.

    Returns:
        ``(N + 2, M + 2, P)``, 0 in the border and where a pair is padded; and the
        numbers of frames of both videos, ``(2, P)``.
    """
    lengths = np.array([[len(units[v]) for v in pair] for pair in pairs]).T
    similarities = np.zeros((*(lengths.max(axis=1) + 2), len(pairs)))
    place = 0
    for i, group in groupby(pairs, key=lambda pair: pair[0]):
        seconds = [units[j] for _, j in group]
        products = units[i] @ np.concatenate(seconds).T
        edges = np.cumsum([len(second) for second in seconds[:-1]], dtype=int)
        for part in np.split(products, edges, axis=1):
            rows, columns = part.shape
            similarities[1 : rows + 1, 1 : columns + 1, place] = part
            place += 1
    return similarities, lengths
