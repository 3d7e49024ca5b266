"""The nearest of very many frames or segments, spread over time."""

from collections.abc import Callable
from typing import Any

import numpy as np

from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from carl_mm.apis.search.approximate_search import ApproximateSearch
from carl_mm.apis.search.indexed_frames import IndexedFrames
from carl_mm.functional.frame_search import (
    most_similar,
    rank,
    segment_similarities,
    spread_in_time,
)

MAX_SEGMENT_SAMPLES = 16
LEAST_CANDIDATES = 64
Found = tuple[np.ndarray, np.ndarray]  # rows and similarities, each (K,)


def nearest_frames(
    frames: IndexedFrames,
    query: np.ndarray,
    k: int,
    gap_s: float = 0.0,
    left_out: tuple[int, int] = (0, 0),
    approximate: ApproximateSearch | None = None,
) -> Found:
    """Return the rows of the frames most similar to a query, and how similar they are.

    Args:
        frames: Frames to search in.
        query: Embedding of unit length, ``(D,)`` float32.
        k: Largest number of rows.
        gap_s: Least time between two results in a video, in seconds.
        left_out: First row, and row after the last, that must not be found.
        approximate: Search that finds candidates; by default all frames are compared.

    Raises:
        ValueError: The query has another D, or k or the gap is out of range.
    """
    vectors = frames.embeddings
    if len(vectors) and query.shape != vectors.shape[1:]:
        raise ValueError(
            f'the query has {query.shape[0]} channels, the index {vectors.shape[1]}'
        )

    def find(count: int) -> Found:
        if approximate is None:
            return most_similar(vectors, query, count, left_out)
        rows = approximate.candidates(query, count, left_out)
        return rank(vectors, query, rows, count)

    return _spread(frames, find, k, gap_s)


def nearest_segments(
    frames: IndexedFrames,
    source: VideoEmbedding,
    span: tuple[int, int],
    k: int,
    gap_s: float,
    left_out: tuple[int, int] = (0, 0),
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find the segments most similar to one, as sequences at the same pace.

    At most 16 frames, evenly spaced over the segment, are each compared with the frame
    that comes as many seconds after the start, counted at the mean frame rate of its
    video. A segment that would not end within its video is none.

    Args:
        frames: Frames to search in.
        source: Video of the segment.
        span: First and last frame of the segment, both included.
        k: Largest number of segments.
        gap_s: Least time between the starts of two results in a video, in seconds.
        left_out: First row, and row after the last, at which none may start.

    Returns:
        First row of each segment, its similarity, and its last row, ``(K,)`` each.

    Raises:
        ValueError: The source has another D, or k or the gap is out of range.
    """
    if not len(frames.embeddings):
        return np.arange(0), np.empty(0), np.arange(0)
    if source.embeddings.shape[1:] != frames.embeddings.shape[1:]:
        raise ValueError(
            f'{source.filename} has {source.embeddings.shape[1]} channels, the index '
            f'{frames.embeddings.shape[1]}'
        )
    samples = min(MAX_SEGMENT_SAMPLES, span[1] - span[0] + 1)
    sampled = np.linspace(*span, samples).round().astype(np.int64)
    seconds = source.timestamps[sampled] - source.timestamps[span[0]]
    offsets = np.rint(np.outer(frames.fps, seconds)).astype(np.int64)
    vectors = source.embeddings[sampled]
    scores = segment_similarities(frames.embeddings, frames.starts, vectors, offsets)
    scores[slice(*left_out)] = -np.inf

    def find(count: int) -> Found:
        most = min(count, len(scores))
        rows = np.argpartition(-scores, most - 1)[:most] if most else np.arange(0)
        rows = np.sort(rows[np.isfinite(scores[rows])])
        rows = rows[np.argsort(-scores[rows], kind='stable')]
        return rows, scores[rows]

    rows, similarities = _spread(frames, find, k, gap_s)
    return rows, similarities, rows + offsets[frames.video_of(rows), -1]


def rows_to_leave_out(
    frames: IndexedFrames,
    source: VideoEmbedding,
    frame: int,
    gap_s: float,
    own_video: bool,
) -> tuple[int, int]:
    """Return which rows of the query's own video must not be found.

    Args:
        frames: Frames to search in; may lack the video.
        source: Video of the query, known by its file name.
        frame: Frame of the query.
        gap_s: Time around the query within which frames are left out, in seconds.
        own_video: Whether to search the rest of the video; if not, all is left out.

    Returns:
        The first row, and the row after the last.
    """
    if source.filename not in frames.filenames:
        return 0, 0
    first, end = frames.rows(source.filename)
    if not own_video:
        return first, end
    gaps = np.abs(source.timestamps - source.timestamps[frame])
    near = np.flatnonzero((gaps < gap_s) | (np.arange(len(source)) == frame))
    return first + int(near[0]), first + int(near[-1]) + 1


def unit_vector(embedding: Any) -> np.ndarray:
    """Return an embedding as ``(D,)`` float32 of unit length.

    Raises:
        ValueError: It has another shape, is zero or is not finite.
    """
    vector = np.asarray(embedding, dtype=np.float64)
    length = np.linalg.norm(vector)
    if vector.ndim != 1 or not 0 < length < np.inf:
        raise ValueError(
            f'the embedding must be (D,), finite and not zero, got {vector.shape} '
            f'of length {length}'
        )
    unit: np.ndarray = (vector / length).astype(np.float32)
    return unit


def _spread(
    frames: IndexedFrames, find: Callable[[int], Found], k: int, gap_s: float
) -> Found:
    """Ask for candidates until k of them are far enough apart, or none are left."""
    if k < 1 or not gap_s >= 0:
        raise ValueError(f'k must be >= 1 and gap_s >= 0, got {k} and {gap_s}')
    # About as many as can be neighbours of k hits.
    fastest = float(frames.fps.max(initial=0))
    total = len(frames.embeddings)
    count = int(min(total, max(LEAST_CANDIDATES, k * (1 + 2 * gap_s * fastest))))
    while True:
        rows, similarities = find(count) if count else (np.arange(0), np.empty(0))
        times = frames.timestamps[rows]
        taken = spread_in_time(frames.video_of(rows), times, k, gap_s)
        if len(taken) == k or len(rows) < count or count >= total:
            return rows[taken], similarities[taken]
        count = min(total, 4 * count)
