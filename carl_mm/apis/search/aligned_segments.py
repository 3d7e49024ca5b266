"""Segments that show what a segment shows, faster or slower."""

import numpy as np

from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from carl_mm.apis.search.frame_hits import Hit, find_frame, make_hits
from carl_mm.apis.search.indexed_frames import IndexedFrames
from carl_mm.apis.search.nearest_frames import MAX_SEGMENT_SAMPLES
from carl_mm.functional.warping.subsequence import best_subsequences

PACE = 2.0


def aligned_segments(
    frames: IndexedFrames,
    video: VideoEmbedding,
    first: int,
    last: int,
    k: int = 10,
    *,
    gap_s: float = 0.0,
    pace: float = PACE,
) -> list[Hit]:
    """Find the segments of other videos that align best with one, the best first.

    At most 16 frames, evenly spaced over the segment, are put in order on each video,
    at any pace between the bounds, which may change on the way; the similarity is the
    mean over them. Hits of a video do not overlap. `FrameIndex.query_segment` compares
    at the same pace. A `FrameIndex` has such frames in its attribute ``frames``.

    Args:
        frames: Frames to search in; those of the video itself are left out.
        video: Video of the segment.
        first: First frame of the segment.
        last: Last frame of the segment, included.
        k: Largest number of hits.
        gap_s: Least time between two hits in a video, in seconds.
        pace: How many times as fast or as slow a hit may be, >= 1.

    Raises:
        ValueError: A frame is not in the video, the last is before the first, or a
            number is out of range.

    Example:
        >>> import numpy as np
        >>> from carl_mm.apis import FrameIndex, VideoEmbedding, aligned_segments
        >>> eye = np.eye(4, dtype=np.float32)
        >>> quick = VideoEmbedding('a.mp4', eye, np.arange(4) / 10, fps=10.0)
        >>> rows = eye[[0, 0, 1, 1, 2, 2, 3]]
        >>> slow = VideoEmbedding('b.mp4', rows, np.arange(7) / 10, fps=10.0)
        >>> (hit,) = aligned_segments(FrameIndex([slow]).frames, quick, 1, 3, k=1)
        >>> hit.filename, hit.frame, hit.last_frame, hit.similarity
        ('b.mp4', 3, 6, 1.0)
    """
    first, last = find_frame(video, first), find_frame(video, last)
    if last < first:
        raise ValueError(f'the segment ends at frame {last}, before its {first}')
    if k < 1 or not gap_s >= 0 or not 1 <= pace < np.inf:
        raise ValueError(
            f'k and pace must be >= 1 and gap_s >= 0, got {k}, {pace} and {gap_s}'
        )
    count = min(MAX_SEGMENT_SAMPLES, last - first + 1)
    sampled = np.linspace(first, last, count).round().astype(np.int64)
    step_s = float(video.timestamps[last] - video.timestamps[first]) / max(1, count - 1)
    ends, begins, scores = [np.arange(0)], [np.arange(0)], [np.empty(0)]
    for place, name in enumerate(frames.filenames):
        start, end = frames.starts[place : place + 2].tolist()
        if name == video.filename or start == end:
            continue
        similarities = video.embeddings[sampled] @ frames.embeddings[start:end].T
        step = step_s * float(frames.fps[place])
        low, high = int(step / pace), max(1, int(np.ceil(step * pace)))
        its_scores, its_firsts = best_subsequences(similarities, low, high)
        kept = np.flatnonzero(np.isfinite(its_scores))
        ends.append(start + kept)
        begins.append(start + its_firsts[kept])
        scores.append(its_scores[kept])
    begin, end, score = (np.concatenate(each) for each in (begins, ends, scores))
    taken = _apart(frames, begin, end, score, k, gap_s)
    return make_hits(frames, begin[taken], score[taken], end[taken])


def _apart(
    frames: IndexedFrames,
    begins: np.ndarray,
    ends: np.ndarray,
    scores: np.ndarray,
    k: int,
    gap_s: float,
) -> list[int]:
    """Take the best segments that neither overlap nor are too near each other."""
    videos, times = frames.video_of(ends), frames.timestamps
    left = scores.copy()
    taken: list[int] = []
    while len(taken) < k and np.isfinite(left).any():
        best = int(left.argmax())
        taken.append(best)
        overlap = (begins <= ends[best]) & (ends >= begins[best])
        gaps = np.maximum(
            times[begins] - times[ends[best]], times[begins[best]] - times[ends]
        )
        left[(videos == videos[best]) & (overlap | (gaps < gap_s))] = -np.inf
    return taken
