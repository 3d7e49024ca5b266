"""Write mp4 files that every browser plays."""

import os
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np


def write_mp4(
    path: str | Path,
    frames: Iterable[np.ndarray],
    fps: float,
    crf: int = 18,
    keyframe_interval: int = 30,
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

    Returns:
        The number of frames written.

    Raises:
        ValueError: There is no frame to write.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f'.{path.stem}.{os.getpid()}.part.mp4')
    count = 0
    try:
        with av.open(str(part), 'w', options={'movflags': 'faststart'}) as container:
            stream = None
            for frame in frames:
                height, width = frame.shape[0] // 2 * 2, frame.shape[1] // 2 * 2
                if stream is None:
                    rate = Fraction(fps).limit_denominator(1001)
                    stream = container.add_stream('libx264', rate=rate)
                    stream.width, stream.height = width, height
                    stream.pix_fmt = 'yuv420p'
                    stream.gop_size = keyframe_interval
                    stream.thread_count = 1
                    stream.options = {'crf': str(crf), 'preset': 'veryfast'}
                picture = np.ascontiguousarray(frame[:height, :width])
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
                count += 1
            if stream is None:
                raise ValueError(f'{path}: no frame to write')
            container.mux(stream.encode())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return count
