"""Video files of kinds that people have, in which packets do not tell the frames.

Each picture carries its number as eight black or white bars.
"""

import struct
from fractions import Fraction

import av
import cv2
import numpy as np

WIDTH, HEIGHT = 64, 48
STEP = Fraction(1, 25)
KEPT_APART = {'bf': '0', 'g': '10'}


def picture(number, width=WIDTH, height=HEIGHT):
    bars = [235 if number >> bit & 1 else 20 for bit in range(8)]
    row = np.repeat(np.array(bars, np.uint8), width // 8)
    return np.broadcast_to(row[None, :, None], (height, width, 3)).copy()


def number(frame):
    height, width = frame.shape[:2]
    bar = width // 8
    means = [
        frame[height // 4 : -height // 4, bit * bar + bar // 4 : (bit + 1) * bar - 2]
        for bit in range(8)
    ]
    return sum(int(mean.mean() > 128) << bit for bit, mean in enumerate(means))


def write(
    path, codec='libx264', count=40, *, first=0, times=None, unit=None, rate=25,
    pixels='yuv420p', size=(WIDTH, HEIGHT), options=None, container_options=None,
    form=None, draw=picture,
):  # fmt: skip
    unit = unit or Fraction(1, rate)
    with av.open(str(path), 'w', form, options=container_options or {}) as container:
        stream = container.add_stream(codec, rate=rate, options=options or {})
        stream.width, stream.height, stream.pix_fmt = *size, pixels
        stream.codec_context.time_base = unit
        for index in range(count):
            frame = av.VideoFrame.from_ndarray(draw(first + index, *size))
            frame.pts = index if times is None else int(times[index])
            frame.time_base = unit
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def plain_decode(path, place=0):
    """The numbers and times of the frames that decoding from start to end gives."""
    numbers, times = [], []
    with av.open(str(path), metadata_errors='replace') as container:
        stream = container.streams.video[place]
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except av.InvalidDataError:
                continue  # of a file that is cut; the decoder still holds frames
            for frame in frames:
                numbers.append(number(frame.to_ndarray(format='rgb24')))
                times.append(frame.time)
    return numbers, times


def _remux(source, path, change=None, keep=None, options=None):
    with (
        av.open(str(source)) as old,
        av.open(str(path), 'w', options=options or {}) as new,
    ):
        stream = old.streams.video[0]
        copy = new.add_stream_from_template(stream)
        for place, packet in enumerate(p for p in old.demux(stream) if p.size):
            if keep is not None and not keep(place, packet):
                continue
            for content, time in (
                [(None, None)] if change is None else change(place, packet)
            ):
                if content is None:
                    packet.stream = copy
                    new.mux(packet)
                    continue
                made = av.Packet(content)
                made.pts = made.dts = packet.pts if time is None else time
                made.time_base, made.stream = packet.time_base, copy
                made.is_keyframe = packet.is_keyframe and not _uncoded(content)
                new.mux(made)
    return path


def _uncoded(content):
    return content[:4] == b'\0\0\1\xb6' and len(content) < 10


def _uncoded_vop(tick, ticks=25):
    bits = '0101' + format(tick % ticks, '05b') + '10'
    bits += '0' + '1' * ((-len(bits) - 1) % 8)
    return b'\0\0\1\xb6' + int(bits, 2).to_bytes(len(bits) // 8, 'big')


def packed(path, num_b=1, count=41):
    """XviD's packed bitstream: a P and the first B share a chunk, as in UCF101."""
    options = {'b': '2000000', 'bf': str(num_b), 'g': '300', 'b_strategy': '0'}
    source = write(path.with_name('plain.avi'), 'mpeg4', count, options=options)
    with av.open(str(source)) as container:
        packets = [
            bytes(p) for p in container.demux(container.streams.video[0]) if p.size
        ]
    start = packets[0].index(b'\0\0\1\xb6')
    packets[0] = packets[0][:start] + b'\0\0\1\xb2DivX503b1393p' + packets[0][start:]

    def is_b(content):
        return content[content.index(b'\0\0\1\xb6') + 4] >> 6 == 2

    chunks, place = [], 0
    while place < len(packets):
        follow = place + 1
        while follow < len(packets) and is_b(packets[follow]):
            follow += 1
        between = packets[place + 1 : follow]
        if between:
            chunks += [
                packets[place] + between[0],
                *between[1:],
                _uncoded_vop(len(chunks)),
            ]
        else:
            chunks.append(packets[place])
        place = follow
    return _remux(source, path, lambda place, packet: [(chunks[place], place)])


def uncoded(path):
    source = write(
        path.with_name('plain.avi'),
        'mpeg4',
        options={'b': '2000000', 'bf': '0', 'g': '15'},
    )

    def change(place, packet):
        dropped = place in (20, 21, 33)
        return [(_uncoded_vop(place) if dropped else bytes(packet), place)]

    return _remux(source, path, change)


def hidden(path):
    """VP8 whose every tenth frame follows a packet that is not shown."""
    options = {'g': '1', 'b': '2000000', 'cpu-used': '8', 'deadline': 'realtime'}
    source = write(path.with_name('plain.webm'), 'libvpx', options=options)

    def change(place, packet):
        content = bytes(packet)
        if place and place % 10 == 0:
            yield bytes([content[0] & ~0x10]) + content[1:], packet.pts - 10
        yield content, packet.pts

    return _remux(source, path, change)


def middle_of_group(path):
    source = write(
        path.with_name('plain.mp4'), options={'g': '20', 'bf': '0', 'sc_threshold': '0'}
    )
    return _remux(source, path, keep=lambda place, packet: place >= 12)


def stream_from_middle(path):
    options = {'bf': '2', 'g': '20', 'b-adapt': '0', 'sc_threshold': '0'}
    write(path, count=60, options=options)
    content = path.read_bytes()
    start = len(content) // 188 // 4 * 188
    path.write_bytes(content[: 188 * 3] + content[start:])
    return path


def open_group(path, codec, options):
    """A file cut at a key frame whose leading pictures need the frames before it."""
    source = write(path.with_name(f'plain{path.suffix}'), codec, options=options)
    keys = []

    def keep(place, packet):
        keys.extend([place] * packet.is_keyframe)
        return len(keys) >= 3

    return _remux(source, path, keep=keep)


def joined(path, starts, step=3600):
    """MPEG-TS recordings one after the other; times begin anew in each."""
    content = b''
    for part, start in enumerate(starts):
        times = start + step * np.arange(30)
        write(
            path, count=30, first=50 * part, times=times, unit=Fraction(1, 90000),
            options=KEPT_APART,
        )  # fmt: skip
        content += path.read_bytes()
    path.write_bytes(content)
    return path


def variable(path, codec='libx264', rate=1000, options=None):
    """What browsers and telephones record: any rate is claimed."""
    return write(
        path, codec, times=variable_times(), unit=Fraction(1, 1000), rate=rate,
        options=options,
    )  # fmt: skip


def variable_times(count=40):
    gaps = np.random.default_rng(0).integers(20, 60, count)
    return np.cumsum(gaps) - gaps[0]


def late(path, start=3000):
    return write(path, times=start + 40 * np.arange(40), unit=Fraction(1, 1000))


def resized(path, codec, options=None):
    """A call or a broadcast, whose pictures are larger from the 21st on."""
    parts = [
        write(
            path.with_stem(f'part{place}'), codec, 20, first=20 * place, size=size,
            options=options,
        )
        for place, size in enumerate([(WIDTH, HEIGHT), (2 * WIDTH, 2 * HEIGHT)])
    ]  # fmt: skip
    with av.open(str(path), 'w') as new:
        copy = None
        for place, part in enumerate(parts):
            with av.open(str(part)) as old:
                stream = old.streams.video[0]
                copy = copy or new.add_stream_from_template(stream)
                for packet in (p for p in old.demux(stream) if p.size):
                    shift = round(place * 20 * STEP / packet.time_base)
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    packet.stream = copy
                    new.mux(packet)
    return path


def with_cover(path):
    """An mp4 whose header names the cover of an album before the video."""
    source = write(path.with_name('plain.mp4')).read_bytes()
    image = cv2.imencode('.jpg', np.full((80, 80, 3), 200, np.uint8))[1].tobytes()
    place, boxes = 0, {}
    while place < len(source):
        size, name = struct.unpack('>I4s', source[place : place + 8])
        boxes[name] = (place, size)
        place += size
    start, size = boxes[b'moov']
    inner, place = [], start + 8
    while place < start + size:
        length, name = struct.unpack('>I4s', source[place : place + 8])
        inner.append((name, source[place : place + length]))
        place += length
    handler = _box(b'hdlr', bytes(8) + b'mdirappl' + bytes(9))
    cover = _box(b'data', struct.pack('>II', 13, 0) + image)
    tags = _box(b'ilst', _box(b'covr', cover))
    user = _box(b'udta', _box(b'meta', bytes(4) + handler + tags))
    first = [content for name, content in inner if name == b'mvhd']
    rest = [content for name, content in inner if name not in (b'mvhd', b'udta')]
    moov = _box(b'moov', b''.join([*first, user, *rest]))
    path.write_bytes(source[:start] + moov)
    return path


def _box(name, content):
    return struct.pack('>I', 8 + len(content)) + name + content


def two_streams(path):
    """A preview of two pictures before the video."""
    with av.open(str(path), 'w') as container:
        preview = container.add_stream('mjpeg', rate=1)
        preview.width, preview.height, preview.pix_fmt = 32, 24, 'yuvj420p'
        video = container.add_stream('libx264', rate=25)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, 'yuv420p'
        for index in range(40):
            frame = av.VideoFrame.from_ndarray(picture(index))
            frame.pts, frame.time_base = index, Fraction(1, 25)
            if index % 25 == 0:
                small = av.VideoFrame.from_ndarray(picture(index, 32, 24))
                small.pts, small.time_base = index // 25, Fraction(1)
                container.mux(preview.encode(small))
            container.mux(video.encode(frame))
        container.mux(preview.encode())
        container.mux(video.encode())
    return path


def cut(
    path, lost_bytes, codec='libx264', options=None, container_options=None, **more
):
    options = KEPT_APART if options is None else options
    write(path, codec, options=options, container_options=container_options, **more)
    path.write_bytes(path.read_bytes()[:-lost_bytes])
    return path


def old_x264(path):
    """4:4:4 that says it is of an x264 with another way of coding it."""
    rng = np.random.default_rng(
        1
    )  # a picture that can be decoded in the wrong way, too

    def draw(number, width, height):
        slope = np.add.outer(np.arange(height) * 3, np.arange(width) * 2 + number * 5)
        noise = rng.integers(0, 40, (height, width, 3))
        return ((slope[..., None] + noise) % 256).astype(np.uint8)

    options = {'g': '5', 'bf': '0', 'qp': '24', 'sc_threshold': '0'}
    options['x264-params'] = '8x8dct=1:cabac=1'
    write(path, count=16, pixels='yuv444p', options=options, draw=draw)
    content = path.read_bytes()
    place = content.index(b'x264 - core ') + len(b'x264 - core ')
    path.write_bytes(content[:place] + b'120' + content[place + 3 :])
    return path


H265 = (
    'open-gop=1:keyint=10:min-keyint=10:bframes=3:b-adapt=0:scenecut=0:log-level=none'
)
FRAGMENTS = {'movflags': 'frag_keyframe+empty_moov'}
B_FRAMES = {'bf': '2', 'g': '20', 'b-adapt': '0'}
AT_FRONT = {'container_options': {'movflags': 'faststart'}}
# name: how it is made, number of frames, number of the first one
KINDS = {
    'packed1.avi': (packed, 41, 0),
    'packed2.avi': (lambda p: packed(p, 2), 41, 0),
    'packed3.avi': (lambda p: packed(p, 3), 41, 0),
    'uncoded.avi': (uncoded, 37, 0),
    'hidden.webm': (hidden, 40, 0),
    'middle_of_group.mkv': (middle_of_group, 20, 20),
    'stream_from_middle.ts': (stream_from_middle, 40, 20),
    'cra.ts': (lambda p: open_group(p, 'libx265', {'x265-params': H265}), 20, 20),
    'open.mpg': (
        lambda p: open_group(p, 'mpeg2video', {'g': '10', 'bf': '2', 'b': '4000000'}),
        None,
        None,
    ),
    'joined_shifted.ts': (lambda p: joined(p, (90000, 91800)), 60, 0),
    'joined_back.ts': (lambda p: joined(p, (450000, 270000, 90000)), 90, 0),
    'joined_same.ts': (lambda p: joined(p, (90000, 90000)), 60, 0),
    'browser.webm': (lambda p: variable(p, 'libvpx'), 40, 0),
    'phone.mp4': (variable, 40, 0),
    'claimed.mkv': (lambda p: variable(p, rate=30), 40, 0),
    'late.mp4': (late, 40, 0),
    'television.ts': (lambda p: late(p, 50_000_000), 40, 0),
    'resized.ts': (lambda p: resized(p, 'libx264', KEPT_APART), 40, 0),
    'resized.webm': (lambda p: resized(p, 'libvpx'), 40, 0),
    'cover.mp4': (with_cover, 40, 0),
    'two_streams.mkv': (two_streams, 40, 0),
    'two_streams.mp4': (two_streams, 40, 0),
    'cut.avi': (
        lambda p: cut(p, 2000, 'mjpeg', {}, pixels='yuvj420p', size=(128, 96)),
        38,
        0,
    ),
    'cut_fragment.mp4': (lambda p: cut(p, 250, container_options=FRAGMENTS), None, 0),
    # Its last packet is of a frame that is shown before those in the decoder.
    'cut_reordered.mp4': (lambda p: cut(p, 300, options=B_FRAMES, **AT_FRONT), None, 0),
    'cut.mkv': (lambda p: cut(p, 600), None, 0),
    'cut.ts': (lambda p: cut(p, 188 * 4 + 90), None, 0),
    'old_x264.mkv': (old_x264, 16, None),
    'dense.mpg': (
        lambda p: write(p, 'mpeg2video', 120, options={'g': '12', 'b': '4000000'}),
        120,
        0,
    ),
}  # fmt: skip
