"""Cut frame-exact clips of a constant frame rate out of videos of any frame rate."""

import math
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TypeVar

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream

from carl_mm.datasets.video_io.containers import open_container
from carl_mm.datasets.video_io.indexing.streams import choose_stream
from carl_mm.datasets.video_io.open_video import VideoDecodeError
from carl_mm.datasets.video_io.video_writer import write_mp4

CLIP_FPS = 25
CLIP_SIZE = (640, 360)
MAX_HELD_SECONDS = 1.0  # how much too late a source may begin, or too early end
TIME_TOLERANCE = 1e-6  # seconds; far below a time stamp's unit
SEEK_MARGINS = (0.0, 1.0, 10.0, math.inf)
Frame = TypeVar('Frame')


def cut_clip(source: str | Path, path: str | Path, start: float, end: float) -> int:
    """Cut ``[start, end)`` out of a video, as 640x360 at 25 frames per second.

    Frame k shows what a player of the source shows at ``start + k / 25``, by the
    presentation time stamps. Sources of another aspect ratio are stretched, as in the
    clips that CARL's authors published.

    Args:
        source: Path of a video file.
        path: Path of the clip, an mp4 file, which appears once it is complete.
        start: Where the clip starts, in seconds from the source's beginning.
        end: Where the clip ends, in seconds, after ``start``.

    Returns:
        The number of frames written: the duration times 25, rounded up.

    Raises:
        VideoDecodeError: The source cannot be decoded, or does not last that long.
    """
    num_frames = max(1, math.ceil((end - start) * CLIP_FPS - TIME_TOLERANCE))
    times = [start + index / CLIP_FPS for index in range(num_frames)]
    return write_mp4(path, _pictures(source, times), CLIP_FPS)


def on_screen(
    frames: Iterable[tuple[float, Frame]], times: Iterable[float]
) -> Iterator[Frame]:
    """Yield what is on screen at each time: the last frame that is not after it.

    The first frame also stands for up to a second before it, and the last for up to a
    second after it.

    Args:
        frames: Frames with their time stamps in seconds, ascending.
        times: Times in seconds, ascending.

    Raises:
        ValueError: There is no frame, or none within a second of a time.
    """
    frames = iter(frames)
    shown = upcoming = next(frames, None)
    if shown is None:
        raise ValueError(f'no frame from {next(iter(times)):.2f} s on')
    for time in times:
        while upcoming is not None and upcoming[0] <= time + TIME_TOLERANCE:
            shown, upcoming = upcoming, next(frames, None)
        if time < shown[0] - MAX_HELD_SECONDS:
            raise ValueError(f'starts at {shown[0]:.2f} s, after {time:.2f} s')
        if upcoming is None and time > shown[0] + MAX_HELD_SECONDS:
            raise ValueError(f'ends at {shown[0]:.2f} s, before {time:.2f} s')
        yield shown[1]


def _pictures(source: str | Path, times: list[float]) -> Iterator[np.ndarray]:
    """Yield the pictures on screen at some times, resized; others are not converted."""
    width, height = CLIP_SIZE
    try:
        with open_container(source) as container:
            stream, _ = choose_stream(container)
            if stream is None or stream.codec_context is None:
                raise ValueError('contains no video of a known codec')
            # Clips are cut in parallel already.
            stream.codec_context.thread_count = 1
            for frame in on_screen(_frames_from(container, stream, times[0]), times):
                yield frame.to_ndarray(
                    width=width, height=height, format='rgb24', interpolation='BICUBIC'
                )
    # PyAV raises ValueError, OSError and others, depending on the cause.
    except (av.FFmpegError, IndexError, ValueError) as error:
        reason = getattr(error, 'strerror', None) or error
        raise VideoDecodeError(f'{source}: cannot be cut ({reason})') from error


def _frames_from(
    container: InputContainer, stream: VideoStream, start: float
) -> Iterator[tuple[float, av.VideoFrame]]:
    """Yield frames with their times, from the key frame before a time on.

    Times are counted from the beginning of the file, audio included, as in players.
    Seeking goes by decoding time, so the key frame may be presented after ``start``:
    then it seeks farther back.
    """
    origin = (container.start_time or 0) / av.time_base
    for margin in SEEK_MARGINS:
        target = origin + max(0.0, start - margin)
        container.seek(int(target * av.time_base))
        frames = (
            (frame.time - origin, frame)
            for frame in container.decode(stream)
            if frame.time is not None
        )
        first = next(frames, None)
        if first is not None and first[0] <= start:
            break
    return chain([] if first is None else [first], frames)
