"""A moment, or a segment, found in all videos."""

from typing import Any

from carl_mm.apis import FrameIndex, Hit
from carl_mm.apis.search.aligned_segments import aligned_segments
from carl_mm.app.project.videos import Videos
from carl_mm.app.work.align import fingerprint
from carl_mm.app.work.kept import Kept

MAX_HITS = 100


class Finder:
    """Finds what a video shows in all the others.

    Args:
        library: The videos.
    """

    def __init__(self, library: Videos) -> None:
        self._library = library
        self._indices = Kept[FrameIndex](1)

    def find(
        self, video: str, first: int, last: int, count: int = 12, gap_s: float = 0.5
    ) -> dict[str, Any]:
        """Find the frames that are most like a frame, or segments that align best.

        Args:
            video: Name of a video.
            first: First frame of a segment.
            last: Last frame, counted in. If it is the first one, frames are found, and
                else segments, each of which may be up to twice as fast or slow; see
                `aligned_segments`.
            count: Number of hits, at most 100.
            gap_s: Least time between two hits in one video, in seconds.

        Returns:
            ``hits``, the most alike first: video, first, last, time_s, end_s (when
            the last frame begins to be shown), similarity in [-1, 1].

        Raises:
            ValueError: There is no such video or frame, or a number is out of range.
        """
        if not 1 <= count <= MAX_HITS:
            raise ValueError(f'between 1 and {MAX_HITS} can be found, not {count}')
        shown = self._library.video(video)
        index = self._index()
        if first == last:
            hits = index.query(shown, frame=first, k=count, gap_s=gap_s)
        else:
            hits = aligned_segments(
                index.frames, shown, first, last, count, gap_s=gap_s
            )
        return {
            'video': video,
            'first': first,
            'last': last,
            'hits': list(map(_as_json, hits)),
        }

    def _index(self) -> FrameIndex:
        """Return an index of all videos, rebuilt when these or the model change."""
        videos = [self._library.video(name) for name in self._library.names]
        key = tuple(map(fingerprint, videos))
        return self._indices.get(key, lambda: FrameIndex(videos))


def _as_json(hit: Hit) -> dict[str, Any]:
    last, end_s = hit.last_frame, hit.last_timestamp
    return {
        'video': hit.filename,
        'first': hit.frame,
        'last': hit.frame if last is None else last,
        'time_s': hit.timestamp,
        'end_s': hit.timestamp if end_s is None else end_s,
        'similarity': hit.similarity,
    }
