"""Segments of phases, and the CSV file of them."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from carl_mm.files import atomic_write_csv

COLUMNS = ('filename', 'first_frame', 'last_frame', 'phase')
MORE_COLUMNS = ('start_s', 'end_s', 'confidence')


@dataclass(frozen=True)
class PhaseSegment:
    """A run of frames of one phase.

    Attributes:
        first_frame: First frame of the run.
        last_frame: Last frame of the run, included.
        phase: Name of the phase.
        label: Index of the phase among all phases.
        confidence: Probability of the phase, in [0, 1]: the mean over the frames, each
            taken by itself and all phases equally likely beforehand.
        start_s: Start of [start_s, end_s), in seconds, see `VideoEmbedding.span_s`;
            None if no time stamps are known.
        end_s: End of [start_s, end_s), in seconds; None if no time stamps are known.
    """

    first_frame: int
    last_frame: int
    phase: str
    label: int
    confidence: float
    start_s: float | None = None
    end_s: float | None = None


def write_phase_csv(
    path: str | os.PathLike[str], videos: Mapping[str, Sequence[PhaseSegment]]
) -> None:
    """Write segments in the form of the labels CSV, with times and confidence.

    Args:
        path: File to write; it appears only when it is whole.
        videos: Maps the file name of each video to its segments.

    Raises:
        OSError: The file cannot be written; names it.
    """
    rows = []
    for filename, segments in videos.items():
        for s in segments:
            times = ['' if t is None else f'{t:.3f}' for t in (s.start_s, s.end_s)]
            row = (filename, s.first_frame, s.last_frame, s.phase)
            rows.append((*row, *times, f'{s.confidence:.3f}'))
    atomic_write_csv(Path(path), (*COLUMNS, *MORE_COLUMNS), rows)
