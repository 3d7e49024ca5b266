"""Write one video with its name, its times and its phases."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from carl_mm.datasets.video_io.frame_reader import FrameReader
from carl_mm.datasets.video_io.video_writer import write_mp4
from carl_mm.visualization.parts.frame_source import check_frames, watched
from carl_mm.visualization.parts.phases import check_labels, phase_names
from carl_mm.visualization.parts.times import frame_times, uneven_times
from carl_mm.visualization.parts.video_panel import VideoPanel

MIN_HEIGHT = 256  # by default, for videos smaller than the text


def write_single_video(
    path: str | Path,
    frames: FrameReader,
    labels: np.ndarray | None = None,
    phases: Sequence[str] | None = None,
    *,
    name: str = '',
    height: int | None = None,
    speed: float = 1.0,
    on_progress: Callable[[float], Any] | None = None,
) -> int:
    """Write a video with a line of its name, a bar of its phases and its times.

    Args:
        path: Path of the mp4 file to write.
        frames: The opened video, cropped or whole. Its sound is left out.
        labels: ``(T,)`` indices into ``phases``, negative where unlabelled.
        phases: Names of the phases.
        name: Name of the video.
        height: Height to which the frames are scaled, in pixels; by default their own,
            at least 256.
        speed: How fast the result plays, > 0: 0.25 is slow motion.
        on_progress: Called with each share of the frames that has been drawn.

    Returns:
        The number of frames written.

    Raises:
        ValueError: A number is out of range, or the labels are not one per frame.
        VideoDecodeError: The video cannot be decoded.
        OSError: The file cannot be written.
    """
    if not 0 < speed < np.inf:
        raise ValueError(f'speed must be positive and finite, got {speed}')
    length, *size = check_frames(frames, 'frames')
    if height is None:
        height = max(MIN_HEIGHT, size[0])
    if height < 2:
        raise ValueError(f'height must be at least 2 pixels, got {height}')
    times = frame_times(length, frames.fps, frames.timestamps)
    known = None if labels is None else check_labels(labels, length, 'labels')
    titles = phase_names([] if known is None else [known], phases)
    panel = VideoPanel((size[0], size[1]), known, titles, name, times, height)
    pictures = (
        panel.draw(index, frame)
        for index, frame in enumerate(frames.stream(range(length)))
    )
    return write_mp4(
        path,
        watched(pictures, length, on_progress),
        frames.fps * speed,
        times=uneven_times(times, frames.fps, speed),
    )
