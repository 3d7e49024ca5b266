"""Search for the most similar frames and segments of many videos."""

import os
from collections.abc import Iterable
from typing import Any

from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from carl_mm.apis.search.approximate_search import ApproximateSearch
from carl_mm.apis.search.frame_hits import Hit, find_frame, make_hits
from carl_mm.apis.search.indexed_frames import IndexedFrames
from carl_mm.apis.search.nearest_frames import (
    nearest_frames,
    nearest_segments,
    rows_to_leave_out,
    unit_vector,
)
from carl_mm.apis.search.recall import measure_recall


class FrameIndex:
    """Search in the embeddings of many videos, exactly or approximately.

    Exact search is a matrix product by numpy, which for one query is as fast as
    faiss's exact index and needs no copy. Of equally similar frames, those of the video
    added first come first, and then the earlier ones.

    Args:
        videos: Videos to add at once.
        num_probes: Number of lists that an approximate query reads, see
            `ApproximateSearch`.

    Attributes:
        frames: What is in the index.
        num_probes: As given; may be changed.

    Example:
        >>> import numpy as np
        >>> from carl_mm.apis import FrameIndex, VideoEmbedding
        >>> eye = np.eye(3, dtype=np.float32)
        >>> first = VideoEmbedding('a.mp4', eye, np.arange(3) / 10, fps=10.0)
        >>> second = VideoEmbedding('b.mp4', eye[::-1], np.arange(3) / 10, fps=10.0)
        >>> (hit,) = FrameIndex([first, second]).query('a.mp4', frame=0, k=1)
        >>> hit.filename, hit.frame, hit.timestamp
        ('b.mp4', 2, 0.2)
    """

    def __init__(
        self, videos: Iterable[VideoEmbedding] = (), num_probes: int = 16
    ) -> None:
        self.frames = IndexedFrames()
        self.num_probes = num_probes
        self.add(videos)

    def __len__(self) -> int:
        return len(self.frames.embeddings)

    @property
    def filenames(self) -> list[str]:
        """Names of the videos, in the order they were added."""
        return list(self.frames.filenames)

    def add(self, videos: Iterable[VideoEmbedding]) -> None:
        """Add videos, preferably many at once: all of them, or none if one is bad.

        Raises:
            ValueError: Embeddings are not of unit length, or of another size or model,
                or a video of that name is in the index already.
        """
        self.frames.add(videos)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write one .npz file, without pickle, which appears only when it is whole.

        Raises:
            ValueError: The file it was read from has been changed meanwhile.
            OSError: The file cannot be written, or another process does; names it.
        """
        self.frames.save(path)

    @classmethod
    def load(cls, path: str | os.PathLike[str], num_probes: int = 16) -> 'FrameIndex':
        """Read a file that `save` wrote.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: The file is of another form, or broken.
        """
        index = cls(num_probes=num_probes)
        index.frames = IndexedFrames.load(path)
        return index

    def query(
        self,
        video: str | VideoEmbedding,
        frame: int | None = None,
        time_s: float | None = None,
        k: int = 10,
        *,
        gap_s: float = 0.0,
        own_video: bool = False,
        approximate: bool = False,
    ) -> list[Hit]:
        """Find the frames most similar to a frame of a video, the most similar first.

        Args:
            video: File name of a video in the index, or any video of the same model.
            frame: Number of the frame; give either this or ``time_s``.
            time_s: Time of the frame in seconds; the nearest frame is taken.
            k: Largest number of hits.
            gap_s: Least time between two hits in a video, in seconds, so that ten hits
                are not ten successive frames.
            own_video: Whether to search the video of the query too, known by its file
                name; frames within ``gap_s`` of the query are left out.
            approximate: Whether to search by faiss; similarities are exact even then.

        Raises:
            ValueError: The file name or frame is unknown, the time is outside the
                video, or the embeddings are of another size or model.
            ImportError: Approximate search without faiss.
        """
        source = self.frames.video(video)
        place = find_frame(source, frame, time_s)
        left_out = rows_to_leave_out(self.frames, source, place, gap_s, own_video)
        vector = source.embeddings[place]
        search = self.approximate_search() if approximate and len(self) else None
        found = nearest_frames(self.frames, vector, k, gap_s, left_out, search)
        return make_hits(self.frames, *found)

    def query_embedding(
        self,
        embedding: Any,
        k: int = 10,
        *,
        gap_s: float = 0.0,
        approximate: bool = False,
    ) -> list[Hit]:
        """Find the frames most similar to an embedding, the most similar first.

        Args:
            embedding: Embedding ``(D,)`` of any length but zero.
            k: Largest number of hits.
            gap_s: Least time between two hits in a video, in seconds.
            approximate: Whether to search by faiss.

        Raises:
            ValueError: The embedding has another shape, is zero or is not finite.
        """
        vector = unit_vector(embedding)
        search = self.approximate_search() if approximate and len(self) else None
        found = nearest_frames(self.frames, vector, k, gap_s, approximate=search)
        return make_hits(self.frames, *found)

    def query_segment(
        self,
        video: str | VideoEmbedding,
        first: int,
        last: int,
        k: int = 10,
        *,
        gap_s: float | None = None,
        own_video: bool = False,
    ) -> list[Hit]:
        """Find the segments most similar to one, the most similar first, exactly.

        Segments are compared at the same pace; see `nearest_segments`.

        Args:
            video: File name of a video in the index, or any video of the same model.
            first: First frame of the segment.
            last: Last frame of the segment, included.
            k: Largest number of hits.
            gap_s: Least time between the starts of two hits in a video, in seconds; by
                default the segment's duration, so that hits do not overlap.
            own_video: Whether to search the video of the query too.

        Raises:
            ValueError: As for `query`, or the last frame is before the first.
        """
        source = self.frames.video(video)
        first, last = find_frame(source, first), find_frame(source, last)
        if last < first:
            raise ValueError(f'the segment ends at frame {last}, before its {first}')
        if gap_s is None:
            gap_s = float(source.timestamps[last] - source.timestamps[first])
        left_out = rows_to_leave_out(self.frames, source, first, gap_s, own_video)
        found = nearest_segments(self.frames, source, (first, last), k, gap_s, left_out)
        return make_hits(self.frames, *found)

    def approximate_search(self) -> ApproximateSearch:
        """Return the search by faiss in these frames, built when it is first used.

        Raises:
            ImportError: faiss is not installed.
            ValueError: The index has no frame.
        """
        return self.frames.approximate_search(self.num_probes)

    def approximate_recall(self, k: int = 10, num_queries: int = 100) -> float:
        """Return the share of the k nearest frames it finds; see `measure_recall`."""
        return measure_recall(self.frames, self.approximate_search(), k, num_queries)
