"""Source videos of any frame rate whose frames carry their number as black blocks."""

import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

BITS = 10
SIZE = (320, 180)


def counted_picture(number):
    """A gray picture; column k of its middle is white where bit k is set."""
    width, height = SIZE
    picture = np.full((height, width, 3), 128, np.uint8)
    left = width // (BITS + 2)
    for bit in range(BITS):
        value = 255 if number >> bit & 1 else 0
        picture[height // 4 : -height // 4, left * (bit + 1) : left * (bit + 2)] = value
    return picture


def read_number(picture):
    """The number that a picture shows, of whatever size."""
    height, width = picture.shape[:2]
    left = width / (BITS + 2)
    places = [round(left * (bit + 1.5)) for bit in range(BITS)]
    shown = [picture[height // 2, place].mean() for place in places]
    assert all(value < 64 or value > 192 for value in shown), shown
    return sum(1 << bit for bit, value in enumerate(shown) if value > 128)


def even_times(fps, seconds):
    return [index / Fraction(fps) for index in range(int(seconds * Fraction(fps)))]


def write_source(path, times, offset=0, codec='libx264', options=None):
    """Write a video whose frame n comes at ``times[n]``, exact Fractions of seconds."""
    unit = Fraction(1, 1000 if path.suffix in ('.mkv', '.webm') else 30000)
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), 'w') as container:
        stream = container.add_stream(codec, rate=30)
        stream.width, stream.height, stream.pix_fmt = *SIZE, 'yuv420p'
        stream.codec_context.time_base = unit
        stream.gop_size = 40
        if codec == 'libx264':
            stream.options = {'preset': 'veryfast', 'bf': '3'} | (options or {})
        for number, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(counted_picture(number))
            frame.time_base, frame.pts = unit, round((time + offset) / unit)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


if __name__ == '__main__':  # by itself: beside decord PyAV's VP9 encoder does not open
    write_source(Path(sys.argv[1]), even_times(25, 8), codec='libvpx-vp9')
