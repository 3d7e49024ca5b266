"""The alignments of all pairs of many videos, as exact as if pair by pair."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from carl_mm.functional._inputs import Floats, Ints
from carl_mm.functional.warping.dtw import cosine_dtw, trace, unit_rows, warp_steps

BATCH_CELLS = 2**18  # number filled at once: their totals take 2 MiB, as caches hold


def cosine_paths(videos: Sequence[Floats]) -> Iterator[tuple[int, int, Ints]]:
    """Align all pairs of videos by `cosine_dtw`.

    Python runs once for each anti-diagonal of many pairs, not of one.

    Args:
        videos: Embeddings of each video, ``(T_i, D)``, finite; T_i >= 1.

    Yields:
        Two videos i < j in any order of pairs, and ``(L, 2)`` int64, the frames (of i, of j) that match.
    """
    unit = [unit_rows(video) for video in videos]
    batch: list[tuple[int, int]] = []
    rows = columns = 0  # of the largest pair in the batch
    for i, j in combinations(range(len(videos)), 2):
        height, width = len(videos[i]), len(videos[j])
        if height * width > BATCH_CELLS // 2:  # alone, without holding its totals
            yield i, j, cosine_dtw(videos[i], videos[j])
            continue
        rows, columns = max(rows, height), max(columns, width)
        if rows * columns * (len(batch) + 1) > BATCH_CELLS:
            yield from _paths(unit, batch)
            batch, rows, columns = [], height, width
        batch.append((i, j))
    if batch:
        yield from _paths(unit, batch)


def _paths(
    videos: Sequence[Floats], pairs: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int, Ints]]:
    """Align pairs of videos whose rows have unit length."""
    rows = max(len(videos[i]) for i, _ in pairs)
    columns = max(len(videos[j]) for _, j in pairs)
    costs = np.zeros((rows, columns, len(pairs)))
    for place, (i, j) in enumerate(pairs):
        cost = 1 - videos[i] @ videos[j].T
        costs[: len(videos[i]), : len(videos[j]), place] = cost
    # No path to a cell passes below it or to its right: padding changes none.
    steps = warp_steps(costs)
    for place, (i, j) in enumerate(pairs):
        yield i, j, trace(steps[: len(videos[i]), : len(videos[j]), place])
