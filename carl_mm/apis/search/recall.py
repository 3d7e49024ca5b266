"""How much approximate search misses."""

import numpy as np

from carl_mm.apis.search.approximate_search import ApproximateSearch
from carl_mm.apis.search.indexed_frames import IndexedFrames
from carl_mm.apis.search.nearest_frames import nearest_frames


def measure_recall(
    frames: IndexedFrames, approximate: ApproximateSearch, k: int, num_queries: int
) -> float:
    """Return the share of the k nearest frames that approximate search finds.

    The queries are frames of the index, and their own videos are not searched.

    Args:
        frames: Frames of at least two videos.
        approximate: Approximate search in these frames.
        k: Number of nearest frames to look for.
        num_queries: Number of queries, drawn at random but the same each time.

    Raises:
        ValueError: There are fewer than two videos.
    """
    if len(frames.filenames) < 2:
        raise ValueError('recall needs an index of at least two videos')
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
