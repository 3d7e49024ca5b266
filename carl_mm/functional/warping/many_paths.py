"""The alignments of all pairs of many videos, faster than pair by pair."""

from collections.abc import Iterator, Sequence
from itertools import combinations, groupby

import numpy as np

from carl_mm.functional._inputs import Floats, Ints
from carl_mm.functional.warping.dtw import cosine_dtw, trace, unit_rows, warp_steps

BATCH_CELLS = 2**18  # number filled at once: their totals take 2 MiB, as caches hold
Pair = tuple[int, int]


def cosine_paths(videos: Sequence[Floats]) -> Iterator[tuple[int, int, Ints]]:
    """Align all pairs of videos as `cosine_dtw` does; costs equal its up to rounding.

    Python runs once for each anti-diagonal of many pairs, not of one, and there is one
    matrix product for all later videos in a batch: many small ones lose their time
    where other programs keep the cores busy.

    Args:
        videos: Embeddings of each video, ``(T_i, D)``, finite; T_i >= 1.

    Yields:
        Two videos i < j, and ``(L, 2)`` int64, the frames (of i, of j) that match. The
        pairs come in any order.
    """
    if not videos:
        return
    lengths = np.array([len(video) for video in videos])
    edges = np.cumsum([0, *lengths])
    frames = unit_rows(np.concatenate(videos))
    batch: list[Pair] = []
    rows = columns = 0  # of the largest pair in the batch
    for i, j in combinations(range(len(videos)), 2):
        height, width = lengths[i], lengths[j]
        if height * width > BATCH_CELLS // 2:  # alone, without holding its totals
            yield i, j, cosine_dtw(videos[i], videos[j])
            continue
        rows, columns = max(rows, height), max(columns, width)
        if rows * columns * (len(batch) + 1) > BATCH_CELLS:
            yield from _paths(frames, edges, batch)
            batch, rows, columns = [], height, width
        batch.append((i, j))
    if batch:
        yield from _paths(frames, edges, batch)


def _paths(
    frames: Floats, edges: Ints, pairs: Sequence[Pair]
) -> Iterator[tuple[int, int, Ints]]:
    """Align the pairs of a batch.

    Args:
        frames: Rows of unit length of all videos, ``(sum T_i, D)``.
        edges: Where each video starts, and the last one ends, ``(V + 1,)``.
        pairs: Videos (i, j), by i.
    """
    lengths = np.diff(edges)
    shapes = [(lengths[i], lengths[j]) for i, j in pairs]
    costs = np.zeros((*np.max(shapes, axis=0), len(pairs)))
    place = 0
    for i, group in groupby(pairs, key=lambda pair: pair[0]):
        seconds = [j for _, j in group]
        first = edges[seconds[0]]
        own, others = frames[edges[i] : edges[i + 1]], frames[first:]
        cost = 1 - own @ others[: edges[seconds[-1] + 1] - first].T
        for j in seconds:
            part = cost[:, edges[j] - first : edges[j + 1] - first]
            costs[: lengths[i], : lengths[j], place] = part
            place += 1
    # No path to a cell passes below it or to its right: padding changes none.
    steps = warp_steps(costs)
    for place, ((i, j), (height, width)) in enumerate(zip(pairs, shapes, strict=True)):
        yield i, j, trace(steps[:height, :width, place])
