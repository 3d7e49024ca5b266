"""Search for the most similar frames and segments of many videos."""

import os
from collections.abc import Iterable
from typing import Any

import numpy as np

from carl_mm.apis.embedding.same_model import check_same_model
from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from carl_mm.apis.search.approximate_search import ApproximateSearch
from carl_mm.apis.search.frame_hits import Hit, find_frame, make_hits
from carl_mm.apis.search.indexed_frames import IndexedFrames
from carl_mm.apis.search.nearest_frames import (
    nearest_frames,
    nearest_segments,
    recall,
    rows_to_leave_out,
    unit_vector,
)


class FrameIndex:
    """Exact search, or approximate search by faiss, in embeddings of one model.

    Exact search is a matrix product by numpy, which for one query is as fast as
    faiss's exact index and needs no copy. Equal similarities go to the video added
    first, then to the earlier frame.

    Args:
        videos: To begin with.
        num_probes: Of `ApproximateSearch`.

    Attributes:
        frames: What is in the index.
        num_probes: May be set anew.
    """

    def __init__(
        self, videos: Iterable[VideoEmbedding] = (), num_probes: int = 16
    ) -> None:
        self.frames = IndexedFrames()
        self.num_probes = num_probes
        self._approximate: ApproximateSearch | None = None
        self.add(videos)

    def __len__(self) -> int:
        return len(self.frames.embeddings)

    @property
    def filenames(self) -> list[str]:
        """Names of the videos, as they were added."""
        return list(self.frames.filenames)

    def add(self, videos: Iterable[VideoEmbedding]) -> None:
        """Append videos, best many at once: all, or none where one is refused.

        Raises:
            ValueError: Embeddings that are not of unit length, of another size or of
                another model, or a file name that is there already.
        """
        self.frames.add(videos)
        self._approximate = None

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write one .npz file, without pickle, which appears only when whole.

        Raises:
            OSError: The disk is full, say; names the file.
        """
        self.frames.save(path)

    @classmethod
    def load(cls, path: str | os.PathLike[str], num_probes: int = 16) -> 'FrameIndex':
        """Read a file of `save`.

        Raises:
            FileNotFoundError: No such file.
            ValueError: A file of another form, or a broken one.
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
        """Find the frames most similar to a frame of a video.

        Args:
            video: A file name of the index, or any video of the same model.
            frame: Which; either this or ``time_s``.
            time_s: Seconds; the frame nearest in time is taken.
            k: How many, at most.
            gap_s: Leave out frames within less than this of a better hit in the same
                video, so that ten hits are not ten successive frames.
            own_video: Search in the query's own video too, known by its file name,
                but for the frame itself and those within ``gap_s``.
            approximate: Search by faiss; the hits' similarities are exact.

        Returns:
            The most similar first.

        Raises:
            ValueError: An unknown file name or frame, a time outside the video, or
                embeddings of another size or model.
            ImportError: Approximate search without faiss.
        """
        source = self._video(video)
        place = find_frame(source, frame, time_s)
        left_out = rows_to_leave_out(self.frames, source, place, gap_s, own_video)
        return self._search(source.embeddings[place], k, gap_s, left_out, approximate)

    def query_embedding(
        self,
        embedding: Any,
        k: int = 10,
        *,
        gap_s: float = 0.0,
        approximate: bool = False,
    ) -> list[Hit]:
        """Find the frames most similar to an embedding.

        Args:
            embedding: ``(D,)``, of any length but zero.
            k: As in `query`.
            gap_s: As in `query`.
            approximate: As in `query`.

        Returns:
            The most similar first.

        Raises:
            ValueError: Another shape, zero, or not finite.
        """
        return self._search(unit_vector(embedding), k, gap_s, (0, 0), approximate)

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
        """Find the segments most similar to one, as a sequence at the same pace.

        At most 16 frames evenly from the segment are compared each with the frame as
        many seconds after the start, counted at the mean frame rate of its video; a
        segment that does not end in its video is none. Always exact.

        Args:
            video: As in `query`.
            first: Frame of the segment.
            last: Frame of the segment, counted in.
            k: As in `query`.
            gap_s: Least time between the starts of two hits in a video; by default
                the segment's duration, so that hits do not overlap.
            own_video: As in `query`.

        Returns:
            The most similar first.

        Raises:
            ValueError: As in `query`, or a last frame before the first.
        """
        source = self._video(video)
        first, last = find_frame(source, first), find_frame(source, last)
        if last < first:
            raise ValueError(f'the segment ends at frame {last}, before its {first}')
        if gap_s is None:
            gap_s = float(source.timestamps[last] - source.timestamps[first])
        left_out = rows_to_leave_out(self.frames, source, first, gap_s, own_video)
        found = nearest_segments(self.frames, source, (first, last), k, gap_s, left_out)
        return make_hits(self.frames, *found)

    def approximate_search(self) -> ApproximateSearch:
        """Return the search by faiss of these frames, built at its first use.

        Raises:
            ImportError: Without faiss.
            ValueError: ``num_probes`` below 1, or an index without a frame.
        """
        if self._approximate is None:
            self._approximate = ApproximateSearch(self.frames.embeddings)
        self._approximate.num_probes = self.num_probes
        return self._approximate

    def approximate_recall(self, k: int = 10, num_queries: int = 100) -> float:
        """Share of the k nearest frames that approximate search finds.

        Measured on frames of the index, drawn at random, in other videos than theirs.

        Raises:
            ImportError: Without faiss.
            ValueError: An index with fewer than two videos.
        """
        return recall(self.frames, self.approximate_search(), k, num_queries)

    def _video(self, video: str | VideoEmbedding) -> VideoEmbedding:
        if isinstance(video, str):
            return self.frames.video(video)
        check_same_model([video], self.frames.provenance)
        return video

    def _search(
        self,
        query: np.ndarray,
        k: int,
        gap_s: float,
        left_out: tuple[int, int],
        approximate: bool,
    ) -> list[Hit]:
        search = self.approximate_search() if approximate and len(self) else None
        found = nearest_frames(self.frames, query, k, gap_s, left_out, search)
        return make_hits(self.frames, *found)
