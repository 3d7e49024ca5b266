"""Video files of many containers and codecs, whose frames tell their number.

python container_files.py PATH
"""

import struct
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

NUM_FRAMES = 90
X264 = 'x264-params'
# name: codec, its options, whether all frames last equally long, first time in ms
KINDS = {
    'b_frames.mp4': ('libx264', {'bf': '8', 'g': '12', 'b-adapt': '0'}, True, 0),
    'short_groups.mp4': ('libx264', {'g': '2', 'bf': '1', 'b-adapt': '0'}, True, 0),
    'open_groups.mp4': (
        'libx264',
        {'g': '3', 'bf': '2', X264: 'open-gop=1:b-adapt=0'},
        True,
        0,
    ),
    'intra_refresh.mp4': ('libx264', {'g': '50', X264: 'intra-refresh=1'}, True, 0),
    'variable.mp4': ('libx264', {'g': '12'}, False, 0),
    'late.mp4': ('libx264', {'g': '12'}, True, 1500),
    'variable.mkv': ('libx264', {'bf': '3', 'g': '12'}, False, 0),
    'transport.ts': ('libx264', {'bf': '3', 'g': '10'}, True, 0),
    'late.ts': ('libx264', {'g': '10'}, True, 3000),
    'guessed.avi': ('libx264', {'bf': '3', 'g': '12'}, True, 0),
    'mpeg4.avi': ('mpeg4', {'bf': '2', 'g': '12', 'b': '8000000'}, True, 0),
    'mpeg2.mpg': ('mpeg2video', {'bf': '2', 'g': '12', 'b': '8000000'}, True, 0),
    'raw.h264': ('libx264', {'bf': '3', 'g': '12'}, True, 0),
    'vp9.webm': ('libvpx-vp9', {'cpu-used': '5', 'crf': '10', 'b': '0'}, True, 0),
}


def times_of(name):
    """When frames are presented, in milliseconds."""
    _, _, regular, start = KINDS[name]
    rng = np.random.default_rng(1)
    gaps = np.full(NUM_FRAMES, 40) if regular else rng.integers(10, 90, NUM_FRAMES)
    return start + np.cumsum(gaps) - gaps[0]


def write(path):
    """Write frames whose left half is brighter by 2 from one to the next."""
    codec, options, regular, start = KINDS[path.name]
    rng = np.random.default_rng(0)
    in_frames = regular and not start
    unit = Fraction(1, 25) if in_frames else Fraction(1, 1000)
    with av.open(str(path), 'w') as container:
        stream = container.add_stream(codec, rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 64, 48, 'yuv420p'
        stream.codec_context.time_base = unit
        for index, time in enumerate(times_of(path.name).tolist()):
            picture = rng.integers(0, 60, (48, 64, 3), dtype=np.uint8)
            picture[:, :32] = 2 * index + 30
            frame = av.VideoFrame.from_ndarray(picture)
            frame.pts = index if in_frames else time
            frame.time_base = unit
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def rotate(path, turn, mirror=False):
    """Let an mp4 say how many degrees clockwise to turn it, after mirroring it."""
    content = bytearray(path.read_bytes())
    matrix = content.find(b'tkhd') + 44
    c, s = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}[turn]
    side = -1 if mirror else 1
    # Of a point (x, y) first (side x, y), then turned clockwise.
    values = [side * c << 16, side * s << 16, 0, -s << 16, c << 16, 0, 0, 0, 1 << 30]
    content[matrix : matrix + 36] = struct.pack('>9i', *values)
    path.write_bytes(content)


if __name__ == '__main__':  # by itself: beside decord VP9's encoder does not open
    write(Path(sys.argv[1]))
