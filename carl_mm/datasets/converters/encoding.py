"""Encode frames that are published one by one to mp4 files."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from carl_mm.datasets.converters.conversion import side_by_side
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
    """Write the mp4 files that are not there yet.

    A file that is there is whole, as `write_mp4` makes them; it is opened, not remade.
    What a killed run was writing is removed.

    Args:
        entries: Of annotations, with ``num_frames``.
        video_dir: Their file names are relative to it.
        frames_of: Gives the frames of an entry, ``(H, W, 3)`` uint8 RGB each; raises
            `VideoDecodeError` at one that is damaged.
        fps: Frames a second.
        workers: Threads.

    Returns:
        Why each video is not there that could not be encoded, by file name.

    Raises:
        ValueError: A file that was there cannot be opened or has another number of
            frames.
    """
    remove_parts(video_dir)

    def encode(entry: dict[str, Any]) -> str | None:
        path = Path(video_dir) / entry['filename']
        try:
            if path.exists():
                num_frames = open_whole(path).num_frames
            else:
                write_mp4(path, frames_of(entry), fps)
                num_frames = open_video(path).num_frames
        except VideoDecodeError as error:
            return str(error)
        if num_frames != entry['num_frames']:
            raise ValueError(
                f'{path}: has {num_frames} frames, not {entry["num_frames"]} as its '
                'source: remove it, and it is made anew'
            )
        return None

    results = side_by_side(encode, entries, workers, 'Encoding videos')
    return {entry['filename']: reason for entry, reason in results if reason}


def open_whole(path: Path, has_source: bool = True) -> FrameReader:
    """Open a file that was there when its turn came.

    Raises:
        ValueError: It cannot be opened, but could be made anew from its source.
        VideoDecodeError: It cannot be opened, and has no source.
    """
    try:
        return open_video(path)
    except VideoDecodeError as error:
        if not has_source:
            raise
        raise ValueError(f'{error}: remove it, and it is made anew') from error


def remove_parts(video_dir: str | Path) -> None:
    """Remove what a killed run was writing; one run at a time in a folder."""
    for part in Path(video_dir).glob('.*.part.mp4'):
        part.unlink()
