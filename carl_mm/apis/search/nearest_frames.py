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
    """Rows of the frames most similar to a query, and how similar they are.

    Args:
        frames: To search in.
        query: ``(D,)`` float32, of unit length.
        k: How many, at most.
        gap_s: Frames of a video within less than this of a better one are left out.
        left_out: First and end of the rows that are no candidates.
        approximate: Finds the candidates; by default all are compared.

    Raises:
        ValueError: Another D, or k or the gap out of range.
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
    """First rows of the segments most similar to one, similarities, and last rows.

    Args:
        frames: To search in.
        source: The segment's video.
        span: Its first and last frame.
        k: How many, at most.
        gap_s: Starts in a video within less than this of a better one are left out.
        left_out: First and end of the rows where none may start.

    Raises:
        ValueError: Another D, or k or the gap out of range.
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
    """Rows of the query's own video that are no candidates.

    Args:
        frames: To search in; may lack the video.
        source: The query's video, known by its file name.
        frame: The query's.
        gap_s: Frames within less than this of the query's are left out.
        own_video: False: the whole video is.

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
        ValueError: Another shape, zero, or not finite.
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


def recall(
    frames: IndexedFrames, approximate: ApproximateSearch, k: int, num_queries: int
) -> float:
    """Share of the k nearest frames in other videos that approximate search finds.

    Args:
        frames: With two videos at least; the queries are drawn from them.
        approximate: Of these frames.
        k: Frames a query.
        num_queries: Drawn at random, the same each time.

    Raises:
        ValueError: Fewer than two videos.
    """
    if len(frames.filenames) < 2:
        raise ValueError('recall needs an index of two videos at least')
    length = len(frames.embeddings)
    rng = np.random.default_rng(0)
    found = possible = 0
    for row in rng.choice(length, min(num_queries, length), replace=False):
        video = int(frames.video_of(row))
        own = int(frames.starts[video]), int(frames.starts[video + 1])
        query = frames.embeddings[row]
        exact, _ = nearest_frames(frames, query, k, 0.0, own)
        guess, _ = nearest_frames(frames, query, k, 0.0, own, approximate)
        found += len(np.intersect1d(exact, guess))
        possible += len(exact)
    return found / possible


def _spread(
    frames: IndexedFrames, find: Callable[[int], Found], k: int, gap_s: float
) -> Found:
    """Ask for more candidates until k of them are spread in time, or there are none."""
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
