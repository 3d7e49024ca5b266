"""What the page can do, each action also an HTTP endpoint of Gradio's API.

Videos are named by their paths relative to the folder; frames are counted from 0.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from carl_mm.apis import DeviationDetector, FrameIndex, align
from carl_mm.app.library import VideoLibrary
from carl_mm.app.phase_rows import check_rows, dense_labels, rows_csv, rows_of

MAX_HITS = 100
MAX_REFERENCES = 10


class Actions:
    """The actions on a library of videos; what they return can be written as JSON."""

    def __init__(self, library: VideoLibrary) -> None:
        self.library = library
        self._detector = lru_cache(maxsize=4)(self._make_detector)
        self._indexed: tuple[list[str], FrameIndex] = ([], FrameIndex())

    def videos(self) -> dict[str, Any]:
        """Names of the videos, why others are left out, and how far embedding is."""
        progress = self.library.progress
        return {
            'videos': self.library.names,
            'left_out': dict(self.library.left_out),
            'ready': progress.ready,
            'done': progress.done,
            'total': progress.total,
            'error': progress.error,
        }

    def align(self, a: str, b: str, method: str = 'dtw') -> dict[str, Any]:
        """Align two videos.

        Args:
            a: Name of a video.
            b: Name of another.
            method: 'dtw' keeps the order of events, 'nearest' takes each frame alone.

        Returns:
            ``frames_b`` (of each frame of a the frame of b), ``frames_a``,
            ``warped_timestamps`` (in seconds of b), ``score`` in [0, 1] and ``cost``.
        """
        found = align(self.library.video(a), self.library.video(b), method)
        assert found.warped_timestamps is not None  # videos have time stamps
        return {
            'a': a,
            'b': b,
            'frames_b': found.frame_inds_b.tolist(),
            'frames_a': found.frame_inds_a.tolist(),
            'warped_timestamps': found.warped_timestamps.tolist(),
            'score': found.score,
            'cost': found.cost,
        }

    def nearest(
        self, video: str, frame: int, count: int = 12, gap_s: float = 0.5
    ) -> dict[str, Any]:
        """Find the frames of other videos that are most like a frame.

        Args:
            video: Name of a video.
            frame: Its number.
            count: How many, at most 100.
            gap_s: Seconds between two hits in one video.

        Returns:
            ``hits``, the most alike first: video, frame, time_s, similarity in [-1, 1].
        """
        if not 1 <= count <= MAX_HITS:
            raise ValueError(
                f'between 1 and {MAX_HITS} frames can be found, not {count}'
            )
        hits = self._index().query(
            self.library.video(video), frame=int(frame), k=int(count), gap_s=gap_s
        )
        return {
            'video': video,
            'frame': int(frame),
            'hits': [
                {
                    'video': hit.filename,
                    'frame': hit.frame,
                    'time_s': hit.timestamp,
                    'similarity': hit.similarity,
                }
                for hit in hits
            ],
        }

    def carry_phases(self, labels: dict[str, list[list[Any]]]) -> dict[str, Any]:
        """Carry phases from labelled videos to all others.

        Each other video takes them from the labelled one with which it aligns best.

        Args:
            labels: By video, rows of first frame, last frame (counted in), phase.

        Returns:
            ``carried``: by video its ``num_frames``, ``rows`` like the labels',
            ``source`` (the labelled video) and ``score`` of the alignment, in [0, 1].
        """
        if not labels:
            raise ValueError('no video is labelled yet; paint the phases of one first')
        lengths = self._lengths(labels)
        check_rows(labels, lengths)
        phases = sorted({row[2] for rows in labels.values() for row in rows})
        dense = {
            name: dense_labels(rows, phases, lengths[name])
            for name, rows in labels.items()
        }
        carried = {}
        for name in self.library.names:
            if name in labels:
                continue
            video = self.library.video(name)
            found = {other: align(self.library.video(other), video) for other in dense}
            source = max(found, key=lambda other: found[other].score)
            values = found[source].transfer(dense[source])
            carried[name] = {
                'num_frames': len(video),
                'rows': rows_of(values, phases),
                'source': source,
                'score': found[source].score,
            }
        return {'carried': carried}

    def export_csv(self, labels: dict[str, list[list[Any]]]) -> str:
        """Return phases as CSV: filename, first_frame, last_frame, phase.

        Args:
            labels: As in `carry_phases`.
        """
        if not any(labels.values()):
            raise ValueError('nothing to export yet; paint the phases of a video first')
        check_rows(labels, self._lengths(labels))
        return rows_csv(labels)

    def deviations(
        self, video: str, references: list[str] | None = None
    ) -> dict[str, Any]:
        """Find where a video strays from good ones.

        Args:
            video: Name of a video.
            references: Names of good ones, two at least; by default the first ten
                others.

        Returns:
            ``scores`` a frame, log odds that it lies in a strange segment, the
            ``threshold`` above which frames stand out, and the ``segments`` that do.
        """
        others = [name for name in self.library.names if name != video]
        chosen = [name for name in references or [] if name != video]
        chosen = list(dict.fromkeys(chosen)) or others[:MAX_REFERENCES]
        judged = self.library.video(video)
        found = self._detector(tuple(chosen))(judged)
        return {
            'video': video,
            'references': chosen,
            'scores': found.scores.tolist(),
            'threshold': found.threshold,
            'segments': [vars(segment) for segment in found.segments],
        }

    def _lengths(self, names: Iterable[str]) -> dict[str, int]:
        return {name: len(self.library.video(name)) for name in names}

    def _make_detector(self, names: tuple[str, ...]) -> DeviationDetector:
        if len(names) < 2:
            raise ValueError(f'two references at least are needed, got {len(names)}')
        return DeviationDetector([self.library.video(name) for name in names])

    def _index(self) -> FrameIndex:
        names = self.library.names
        if self._indexed[0] != names:
            index = FrameIndex(self.library.video(name) for name in names)
            self._indexed = names, index
        return self._indexed[1]
