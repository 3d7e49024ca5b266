"""Encode frames that are published one by one to mp4 files."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from carl_mm.datasets.converters.common import side_by_side
from carl_mm.datasets.decoding import Video, VideoDecodeError
from carl_mm.datasets.video_writer import write_mp4


def encode_videos(
    entries: list[dict[str, Any]],
    video_dir: str | Path,
    frames_of: Callable[[dict[str, Any]], Iterable[np.ndarray]],
    fps: float,
    workers: int,
) -> dict[str, str]:
    """Write the mp4 files that are not there yet.

    A file that is there is whole, as `write_mp4` makes them; it is opened, not remade.

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
        ValueError: A file that was there has another number of frames.
    """

    def encode(entry: dict[str, Any]) -> str | None:
        path = Path(video_dir) / entry['filename']
        try:
            if not path.exists():
                write_mp4(path, frames_of(entry), fps)
            num_frames = Video(path).num_frames
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
