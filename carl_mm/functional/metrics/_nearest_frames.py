"""Nearest frames between many videos at once, as exact as if pair by pair."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist

from carl_mm.functional._inputs import Floats, Ints

Bools = npt.NDArray[np.bool_]
MAX_BLOCK = 2**20  # distances held at once: 4 MiB, which caches hold


def nearest_in_each(queries: Floats, candidates: Candidates) -> Ints:
    """Find the nearest frame in each video; ties go to the first.

    Distances come from a matrix product in float32. Where its rounding could decide,
    the frames in question are compared by their differences in float64, so that the
    result is that of exact distances, and equal frames remain ties.

    Args:
        queries: ``(N, D)``.
        candidates: The frames of V videos.

    Returns:
        ``(N, V)``, frame indices within each video.
    """
    starts, lengths = candidates.starts, candidates.lengths
    nearest = np.empty((len(queries), len(starts)), dtype=np.int64)
    for rows, distances, tolerance in candidates.distances(queries):
        best = np.minimum.reduceat(distances, starts, axis=1)
        close = distances <= (best + tolerance[:, None]).repeat(lengths, axis=1)
        collapsed = np.count_nonzero(close) > 2 * best.size
        if collapsed:  # then all exact distances at once are cheaper
            gaps = cdist(queries[rows], candidates.frames, 'sqeuclidean')
            close = gaps == np.minimum.reduceat(gaps, starts, 1).repeat(lengths, axis=1)
        row, column = np.divmod(np.flatnonzero(close), len(candidates.frames))
        group = row * len(starts) + candidates.video_of[column]
        is_first = np.diff(group, prepend=-1) > 0
        tied = ~is_first
        tied[:-1] |= tied[1:]
        if tied.any() and not collapsed:
            exact = candidates.exact(queries[rows], row[tied], column[tied])
            # Stable: of equally near frames of a video the first stands first.
            column[tied] = column[tied][np.lexsort((exact, group[tied]))]
        nearest[rows] = column[is_first].reshape(best.shape) - starts
    return nearest


def nearest_in_others(videos: Sequence[Floats]) -> Iterator[tuple[int, Ints]]:
    """Find the nearest frames of each video in every video.

    Args:
        videos: Embeddings of each video, ``(T_i, D)``, T_i >= 1.

    Yields:
        The index i of a video and ``(T_i, V)``, its nearest frames in video j in
        column j; column i holds the video's own.
    """
    if not videos:
        return
    candidates = Candidates(videos)
    most = max(1, MAX_BLOCK // len(candidates.frames))  # queries at once
    first = 0
    while first < len(videos):
        reach = candidates.starts[first] + most
        last = max(first + 1, int(np.searchsorted(candidates.starts, reach)) - 1)
        start, stop = candidates.starts[first], candidates.ends[last - 1]
        nearest = nearest_in_each(candidates.frames[start:stop], candidates)
        for index in range(first, last):
            yield (
                index,
                nearest[candidates.starts[index] - start :][
                    : candidates.lengths[index]
                ],
            )
        first = last


def nearest_candidates(
    queries: Floats, candidates: Candidates, allowed: Bools, count: int
) -> Ints:
    """Find the ``count`` nearest allowed candidates, nearest first.

    Args:
        queries: ``(N, D)``.
        candidates: The M frames to search.
        allowed: ``(N, M)`` or ``(1, M)``, with at least ``count`` True in each row.
        count: Number of candidates to find, >= 1.

    Returns:
        ``(N, count)``, indices of candidates; ties go to the lower one.
    """
    nearest = np.empty((len(queries), count), dtype=np.int64)
    for rows, distances, tolerance in candidates.distances(queries):
        permitted = allowed[rows] if len(allowed) > 1 else allowed
        distances[~np.broadcast_to(permitted, distances.shape)] = np.inf
        limit = np.partition(distances, count - 1, axis=1)[:, count - 1]
        close = distances <= (limit + tolerance)[:, None]
        if np.count_nonzero(close) > 2 * count * len(close) + 100:  # collapsed
            gaps = cdist(queries[rows], candidates.frames, 'sqeuclidean')
            gaps[np.isinf(distances)] = np.inf
            nearest[rows] = gaps.argsort(axis=1, kind='stable')[:, :count]
            continue
        row, column = np.divmod(np.flatnonzero(close), len(candidates.frames))
        exact = candidates.exact(queries[rows], row, column)
        order = np.lexsort((exact, row))
        per_row = np.bincount(row, minlength=len(distances))
        first = np.cumsum(per_row) - per_row
        nearest[rows] = column[order][first[:, None] + np.arange(count)]
    return nearest


class Candidates:
    """The frames of all videos side by side.

    Args:
        videos: Embeddings of each video, ``(T_j, D)``.
    """

    def __init__(self, videos: Sequence[Floats]) -> None:
        self.frames: Floats = np.concatenate(videos)
        self.lengths: Ints = np.array([len(video) for video in videos])
        self.ends: Ints = np.cumsum(self.lengths)
        self.starts: Ints = self.ends - self.lengths
        self.video_of: Ints = np.repeat(np.arange(len(videos)), self.lengths)
        largest = np.abs(self.frames).max(initial=0)
        self.scale = largest or 1.0  # so that no square leaves float32's range
        small = (self.frames / self.scale).astype(np.float32)
        self.transposed = small.T
        self.squares = np.einsum('nd,nd->n', small, small)

    def distances(
        self, queries: Floats
    ) -> Iterator[tuple[slice, npt.NDArray[np.float32], npt.NDArray[np.float32]]]:
        """Compute squared distances, less the query's own square and scaled.

        Args:
            queries: ``(N, D)``, no larger than the candidates.

        Yields:
            A slice of the queries, their distances ``(n, M)``, and how far apart
            rounding can bring two equal ones ``(n,)``.
        """
        channels = self.frames.shape[1]
        step = max(1, MAX_BLOCK // len(self.frames))
        for start in range(0, len(queries), step):
            rows = slice(start, start + step)
            small = (queries[rows] / self.scale).astype(np.float32)
            distances = (-2 * small) @ self.transposed
            distances += self.squares
            # |fl(a.b) - a.b| <= D u |a||b|, and 2 |a||b| <= |a|^2 + |b|^2; u = eps / 2.
            bound = np.einsum('nd,nd->n', small, small) + self.squares.max(initial=0)
            yield rows, distances, (channels + 8) * np.finfo(np.float32).eps * bound

    def exact(self, queries: Floats, row: Ints, column: Ints) -> Floats:
        """Compute squared distances ``(P,)`` of some pairs from their differences."""
        found = np.empty(len(row))
        step = max(1, MAX_BLOCK // self.frames.shape[1])
        for start in range(0, len(row), step):
            part = slice(start, start + step)
            gap = queries[row[part]] - self.frames[column[part]]
            found[part] = np.einsum('nd,nd->n', gap, gap)
        return found
