"""Search many frames exactly."""

from typing import Any

import numpy as np
import numpy.typing as npt

from carl_mm.functional._inputs import Floats, Ints

Frames = npt.NDArray[np.float32]
BLOCK = 2**16  # frames held in float64 at once


def most_similar(
    frames: Frames, query: Frames, count: int, left_out: tuple[int, int] = (0, 0)
) -> tuple[Ints, Floats]:
    """Find the rows of largest inner product with the query, exactly; ties by row.

    A product in float32 finds all rows that may be among them despite rounding; these
    are compared by products in float64.

    Args:
        frames: ``(N, D)`` float32 rows of unit length.
        query: ``(D,)`` float32 of unit length.
        count: Number of rows to find, >= 1; all if there are fewer.
        left_out: First row and end of a range of rows that are no candidates.

    Returns:
        Rows and similarities, each ``(K,)``, the most similar first.

    Examples:
        >>> frames = np.eye(3, dtype=np.float32)
        >>> rows, similarities = most_similar(frames, frames[2], count=2)
        >>> rows.tolist(), similarities.tolist()
        ([2, 0], [1.0, 0.0])
    """
    similarities = frames @ query
    first, end = left_out
    similarities[first:end] = -np.inf
    count = min(count, len(frames) - max(0, end - first))
    if count < 1:
        return np.empty(0, dtype=np.int64), np.empty(0)
    limit = np.partition(similarities, len(frames) - count)[len(frames) - count]
    # Rounding moves each of two products by at most D u, with u = eps / 2.
    tolerance = (len(query) + 8) * np.finfo(np.float32).eps
    rows = np.flatnonzero(similarities >= limit - tolerance)
    return rank(frames, query, rows, count)


def rank(frames: Frames, query: Frames, rows: Ints, count: int) -> tuple[Ints, Floats]:
    """Order some rows by their inner product with the query in float64; ties by row.

    Args:
        frames: ``(N, D)`` float32.
        query: ``(D,)`` float32.
        rows: ``(R,)`` indices of the rows to order.
        count: Number of rows to return.

    Returns:
        The first ``count`` rows and their similarities, each ``(K,)``.
    """
    exact = np.empty(len(rows))
    for start in range(0, len(rows), BLOCK):
        part = slice(start, start + BLOCK)
        exact[part] = frames[rows[part]].astype(np.float64) @ query.astype(np.float64)
    order = np.lexsort((rows, -exact))[:count]
    return rows[order], exact[order]


def segment_similarities(
    frames: Frames, starts: Ints, segment: Frames, offsets: Ints
) -> Floats:
    """Compare a segment with the frames from every possible start on.

    The similarity at start n of video v is the mean over m of ``<frames[n + offsets[v,
    m]], segment[m]>``.

    Args:
        frames: ``(N, D)`` float32, the frames of V videos one after another.
        starts: ``(V + 1,)`` row of each video's first frame, then N.
        segment: ``(M, D)`` float32, M >= 1.
        offsets: ``(V, M)`` rows counted from the start, ascending from 0 in each video.

    Returns:
        ``(N,)`` float64 with the accuracy of float32; -inf where the video ends before
        the segment does.

    Raises:
        ValueError: The offsets have another shape or do not ascend from 0.

    Examples:
        >>> frames, starts = np.eye(4, dtype=np.float32), np.array([0, 4])
        >>> offsets = np.array([[0, 1]])
        >>> segment_similarities(frames, starts, frames[1:3], offsets).tolist()
        [0.0, 1.0, 0.0, -inf]
    """
    steps = np.asarray(offsets, dtype=np.int64)
    if not len(segment) or steps.shape != (len(starts) - 1, len(segment)):
        raise ValueError(
            f'{len(starts) - 1} videos and {len(segment)} frames of a segment, but '
            f'offsets of shape {steps.shape}'
        )
    if steps[:, :1].any() or (np.diff(steps, axis=1) < 0).any():
        raise ValueError('offsets must ascend from 0')
    total = np.zeros(len(frames))
    # Videos of one pace are summed as one, then starts too near an end left out.
    changes = (np.diff(steps, axis=0) != 0).any(axis=1)
    bounds = [0, *(np.flatnonzero(changes) + 1).tolist(), len(steps)]
    for first, end in zip(bounds[:-1], bounds[1:], strict=True):
        rows = slice(int(starts[first]), int(starts[end]))
        products = segment @ frames[rows].T
        for step, product in zip(steps[first:end][:1].ravel(), products, strict=False):
            total[rows][: max(0, len(product) - step)] += product[step:]
    lengths = np.diff(starts)
    reach = np.arange(len(frames)) + np.repeat(steps[:, -1], lengths)
    fits = reach < np.repeat(starts[1:], lengths)
    return np.where(fits, total / len(segment), -np.inf)


def spread_in_time(videos: Any, times: Any, count: int, gap: float) -> Ints:
    """Take the best candidates, skipping those near one taken in the same video.

    Args:
        videos: ``(K,)`` integers, the videos of the candidates, the best first.
        times: ``(K,)`` times of the candidates, in seconds.
        count: Largest number of candidates to take.
        gap: Least time between two candidates of a video, in seconds; 0 skips none.

    Returns:
        Indices of those taken, in their order.

    Examples:
        >>> videos, times = [0, 0, 1, 0], [1.0, 1.2, 1.1, 3.0]
        >>> spread_in_time(videos, times, count=3, gap=0.5).tolist()
        [0, 2, 3]
    """
    videos, times = np.asarray(videos), np.asarray(times)
    is_open = np.ones(len(videos), dtype=bool)
    taken: list[int] = []
    while len(taken) < count and is_open.any():
        best = int(is_open.argmax())
        taken.append(best)
        near = (videos == videos[best]) & (np.abs(times - times[best]) < gap)
        is_open &= ~near
        is_open[best] = False
    return np.array(taken, dtype=np.int64)
