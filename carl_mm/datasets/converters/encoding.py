"""Encode videos that are published as single images to mp4 files."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from carl_mm.datasets.converters.conversion import run_jobs
from carl_mm.datasets.video_io.open_video import (
    FrameReader,
    VideoDecodeError,
    open_video,
)
from carl_mm.datasets.video_io.video_writer import write_mp4


def encode_videos(
    entries: list[dict[str, Any]],
    video_dir: str | Path,
    frames_of: Callable[[dict[str, Any]], Iterable[np.ndarray]],
    fps: float,
    workers: int,
) -> dict[str, str]:
    """Write the mp4 files that do not exist yet.

    A file that exists is complete, because `write_mp4` wrote it; it is opened, not made
    again. Partial files of a killed run are removed.

    Args:
        entries: Entries of annotations, with ``num_frames``.
        video_dir: Folder that the entries' file names are relative to.
        frames_of: Returns the frames ``(H, W, 3)``, uint8 RGB, of an entry; raises
            `VideoDecodeError` at a damaged one.
        fps: Frames per second.
        workers: Number of threads.

    Returns:
        Why each video that could not be encoded could not, by its file name.

    Raises:
        ValueError: An existing file cannot be opened, or has another number of frames.
    """
    remove_partial_files(video_dir)

    def encode(entry: dict[str, Any]) -> str | None:
        path = Path(video_dir) / entry['filename']
        try:
            if path.exists():
                num_frames = open_existing(path).num_frames
            else:
                write_mp4(path, frames_of(entry), fps)
                num_frames = open_video(path).num_frames
        except VideoDecodeError as error:
            return str(error)
        if num_frames != entry['num_frames']:
            raise ValueError(
                f'{path}: has {num_frames} frames, but its source has '
                f'{entry["num_frames"]}; remove the file, and it is made again'
            )
        return None

    results = run_jobs(encode, entries, workers, 'Encoding videos')
    return {entry['filename']: reason for entry, reason in results if reason}


def open_existing(path: Path, has_source: bool = True) -> FrameReader:
    """Open a file that an earlier run made.

    Args:
        path: Path of the file.
        has_source: Whether it could be made again.

    Raises:
        ValueError: The file cannot be opened, but could be made again.
        VideoDecodeError: The file cannot be opened, and has no source.
    """
    try:
        return open_video(path)
    except VideoDecodeError as error:
        if not has_source:
            raise
        raise ValueError(f'{error}; remove the file, and it is made again') from error


def remove_partial_files(video_dir: str | Path) -> None:
    """Remove the partial files of a killed run; one run at a time uses a folder."""
    for part in Path(video_dir).glob('.*.part.mp4'):
        part.unlink()
