"""Write mp4 files that every browser plays."""

import math
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.container import OutputContainer
from av.video.stream import VideoStream

from carl_mm.datasets.video_io.sound import Sound
from carl_mm.files import atomic_path

TICKS = 90_000  # a second, where times are given
SOUND_AHEAD_S = 0.5  # sound is written that far before its frames
BITS_PER_CHANNEL = 96_000  # of sound, a second


def write_mp4(
    path: str | Path,
    frames: Iterable[np.ndarray],
    fps: float,
    crf: int = 18,
    keyframe_interval: int = 30,
    times: np.ndarray | None = None,
    sound: Sound | None = None,
    num_threads: int = 1,
) -> int:
    """Encode frames as h264, yuv420p, faststart; the file appears once it is complete.

    Equal frames need not result in equal bytes unless every frame is a key frame:
    x264's look-ahead differs from run to run.

    Args:
        path: Path of the mp4 file; its folder is made.
        frames: Frames ``(H, W, 3)``, uint8 RGB, all of one size. An odd side loses its
            last row or column, which h264's chroma cannot hold.
        fps: Frames per second, > 0.
        crf: x264's constant rate factor, from 0 (lossless) to 51.
        keyframe_interval: Number of frames from one key frame to the next; the smaller
            it is, the faster players seek.
        times: When each frame is shown and, at the end, when the last one ends,
            ``(T + 1,)`` in seconds, ascending; the first counts as 0. By default all
            frames last equally long.
        sound: Sound that begins with the first frame, written as AAC.
        num_threads: Number of the encoder's threads.

    Returns:
        The number of frames written.

    Raises:
        ValueError: There is no frame to write, or ``times`` descend or are not finite.
        VideoDecodeError: The sound cannot be decoded.
        OSError: The file cannot be written, because the disk is full, say; names it.
    """
    path = Path(path)
    ticks = None if times is None else _ticks(times)
    pictures = iter(frames)
    count = 0
    with (
        atomic_path(path, '.mp4') as part,
        av.open(str(part), 'w', options={'movflags': 'faststart'}) as container,
    ):
        first = next(pictures, None)
        if first is None:
            raise ValueError(f'{path}: no frame to write')
        stream = _add_stream(container, first.shape, fps, ticks is not None)
        stream.gop_size = keyframe_interval
        stream.thread_count = num_threads
        stream.options = {'crf': str(crf), 'preset': 'veryfast'}
        track = iter(()) if sound is None else _sound_track(container, sound)
        for frame in chain([first], pictures):
            shown = _video_frame(frame, ticks, count)
            container.mux(_lasting(stream.encode(shown), ticks))
            shown_s = count / fps if ticks is None else ticks[count] / TICKS
            while next(track, math.inf) < shown_s + SOUND_AHEAD_S:
                pass
            count += 1
        container.mux(_lasting(stream.encode(), ticks))
        deque(track, maxlen=0)
    return count


def _add_stream(
    container: OutputContainer, shape: tuple[int, ...], fps: float, is_timed: bool
) -> VideoStream:
    rate = max(Fraction(fps).limit_denominator(1001), Fraction(1, 1001))
    stream = container.add_stream('libx264', rate=rate)
    stream.height, stream.width = (side // 2 * 2 for side in shape[:2])
    stream.pix_fmt = 'yuv420p'
    if is_timed:
        stream.codec_context.time_base = Fraction(1, TICKS)
        stream.codec_context.max_b_frames = 0  # so that the last packet ends the file
    return stream


def _video_frame(
    picture: np.ndarray, ticks: list[int] | None, index: int
) -> av.VideoFrame:
    height, width = (side // 2 * 2 for side in picture.shape[:2])
    cut = np.ascontiguousarray(picture[:height, :width])
    frame = av.VideoFrame.from_ndarray(cut)
    if ticks is not None:
        frame.pts, frame.time_base = ticks[index], Fraction(1, TICKS)
    return frame


def _lasting(packets: list[Any], ticks: list[int] | None) -> list[Any]:
    """Say how long frames last, which the encoder forgets; else the last is a guess."""
    if ticks is not None:
        for packet in packets:
            place = bisect_right(ticks, packet.pts)
            packet.duration = ticks[place] - ticks[place - 1]
    return packets


def _ticks(times: np.ndarray) -> list[int]:
    """Return times in ticks; of equal ones, which no file can hold, the later wait."""
    seconds = np.asarray(times, dtype=np.float64)
    if not np.isfinite(seconds).all() or (np.diff(seconds) < 0).any():
        raise ValueError('times must ascend and be finite')
    ticks = np.rint((seconds - seconds[0]) * TICKS).astype(np.int64)
    places = np.arange(len(ticks))
    return list((np.maximum.accumulate(ticks - places) + places).tolist())


def _sound_track(container: OutputContainer, sound: Sound) -> Iterator[float]:
    """Encode sound block by block, yielding how many seconds are written."""
    stream = container.add_stream('aac', rate=sound.rate, layout=sound.layout)
    stream.bit_rate = BITS_PER_CHANNEL * stream.codec_context.channels

    def encode() -> Iterator[float]:
        written = 0
        for block in sound.blocks():
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(block), format='fltp', layout=sound.layout
            )
            frame.sample_rate, frame.pts = sound.rate, written
            frame.time_base = Fraction(1, sound.rate)
            container.mux(stream.encode(frame))
            written += block.shape[1]
            yield written / sound.rate
        container.mux(stream.encode())

    return encode()
