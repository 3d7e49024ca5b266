"""What a search in a frame index finds, and the CSV file of it."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from carl_mm.apis.search.indexed_frames import IndexedFrames
from carl_mm.files import atomic_write_csv, path_seen_from

COLUMNS = (
    'rank',
    'filename',
    'frame',
    'time_s',
    'last_frame',
    'last_time_s',
    'similarity',
)
ROUNDING = 0.0005  # seconds, of the times that are printed and written


@dataclass(frozen=True)
class Hit:
    """A frame, or a segment, that a query found.

    Attributes:
        filename: Name of the video.
        frame: Number of the frame, or of the segment's first frame.
        timestamp: Time stamp of that frame, in seconds.
        similarity: Cosine similarity in [-1, 1]; for a segment the mean over its
            frames.
        last_frame: Last frame of the segment, included; None for a frame.
        last_timestamp: Time stamp of the last frame, in seconds; None for a frame.
    """

    filename: str
    frame: int
    timestamp: float
    similarity: float
    last_frame: int | None = None
    last_timestamp: float | None = None


def make_hits(
    frames: IndexedFrames,
    rows: np.ndarray,
    similarities: np.ndarray,
    last_rows: np.ndarray | None = None,
) -> list[Hit]:
    """Name the videos, frames and times of rows.

    Args:
        frames: Frames in which the rows are counted.
        rows: Row of each hit, ``(K,)``; for segments that of the first frame.
        similarities: Similarity of each hit, ``(K,)``.
        last_rows: Row of each segment's last frame, ``(K,)``; None for frames.
    """
    hits = []
    for place, row in enumerate(rows.tolist()):
        video = int(frames.video_of(row))
        start, time = int(frames.starts[video]), float(frames.timestamps[row])
        last = last_time = None
        if last_rows is not None:
            last = int(last_rows[place]) - start
            last_time = float(frames.timestamps[last_rows[place]])
        similarity = float(similarities[place])
        name = frames.filenames[video]
        hits.append(Hit(name, row - start, time, similarity, last, last_time))
    return hits


def find_frame(
    video: VideoEmbedding, frame: int | None = None, time_s: float | None = None
) -> int:
    """Return the number of a frame that is given by its number or by its time.

    Args:
        video: Video that the frame is in.
        frame: Number of the frame; give either this or ``time_s``.
        time_s: Time in seconds; the nearest frame is taken, of two the earlier.

    Raises:
        ValueError: Neither or both are given, or they are outside the video.
    """
    if frame is not None and time_s is None:
        if not 0 <= frame < len(video):
            raise ValueError(
                f'{video.filename}: no frame {frame}; it has {len(video)} frames '
                f'(0 to {len(video) - 1})'
            )
        return int(frame)
    if frame is not None or time_s is None:
        raise ValueError(f'give a frame or a time, got {frame} and {time_s}')
    if not len(video):
        raise ValueError(f'{video.filename}: has no frame')
    gaps = np.abs(video.timestamps - time_s)
    start, end = video.span_s(0, len(video) - 1)
    if not start - ROUNDING <= time_s <= end + ROUNDING:
        raise ValueError(
            f'{video.filename}: {time_s} s is outside the video, which runs from '
            f'{start:.3f} to {end:.3f} s'
        )
    return int(gaps.argmin())


def write_hits_csv(path: str | os.PathLike[str], hits: Sequence[Hit]) -> None:
    """Write hits as CSV, the first of rank 1.

    Relative names of videos are written relative to the folder of the file, see
    `carl_mm.files.path_seen_from`.

    Args:
        path: File to write; it appears only when it is whole.
        hits: Hits, the most similar first.

    Raises:
        OSError: The file cannot be written; names it.
    """
    rows = []
    for number, hit in enumerate(hits, 1):
        last: tuple[object, str] = ('', '')
        if hit.last_timestamp is not None:
            last = (hit.last_frame, f'{hit.last_timestamp:.3f}')
        name = path_seen_from(Path(path).parent, hit.filename)
        row = (number, name, hit.frame, f'{hit.timestamp:.3f}')
        rows.append((*row, *last, f'{hit.similarity:.4f}'))
    atomic_write_csv(Path(path), COLUMNS, rows)
