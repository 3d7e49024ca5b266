"""Segments of phases, and the CSV file of them."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from carl_mm.files import atomic_write_csv

COLUMNS = ('filename', 'first_frame', 'last_frame', 'phase')
MORE_COLUMNS = ('start_s', 'end_s', 'confidence')


@dataclass(frozen=True)
class PhaseSegment:
    """A run of frames of one phase.

    Attributes:
        first_frame: Counted in.
        last_frame: Counted in.
        phase: Its name.
        label: Its index among the phases.
        confidence: Mean over its frames of the phase's probability, in [0, 1], each
            frame by itself and all phases equally likely beforehand.
        start_s: When the first frame is shown; None where no time stamps are known.
        end_s: When the frame after the last is shown; None likewise.
    """

    first_frame: int
    last_frame: int
    phase: str
    label: int
    confidence: float
    start_s: float | None = None
    end_s: float | None = None


def frame_end(video: VideoEmbedding, frame: int) -> float:
    """When a frame gives way to the next, in seconds; the last lasts 1 / fps."""
    if frame + 1 < len(video):
        return float(video.timestamps[frame + 1])
    return float(video.timestamps[frame] + 1 / video.fps)


def write_phase_csv(
    path: str | os.PathLike[str], videos: Mapping[str, Sequence[PhaseSegment]]
) -> None:
    """Write segments in the form of the labels CSV, with times and confidence.

    Args:
        path: Of the file, which appears only when whole.
        videos: Segments by file name.

    Raises:
        OSError: The disk is full, say; names the file.
    """
    rows = []
    for filename, segments in videos.items():
        for s in segments:
            times = ['' if t is None else f'{t:.3f}' for t in (s.start_s, s.end_s)]
            row = (filename, s.first_frame, s.last_frame, s.phase)
            rows.append((*row, *times, f'{s.confidence:.3f}'))
    atomic_write_csv(Path(path), (*COLUMNS, *MORE_COLUMNS), rows)
