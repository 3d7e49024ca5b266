"""The packets of a video stream, and whether each of them is a frame."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

import av
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

LONGEST_REORDERING = 17  # packets; a decoder holds 16 frames at most
TINY_VOP = 20  # bytes; of uncoded pictures, which show the one before
VOP, USER_DATA = b'\0\0\1\xb6', b'\0\0\1\xb2'
OLD_X264 = 151  # before it, 4:4:4 was coded otherwise, and a message says so
TS_PACKETS = (188, 192, 204)  # bytes


@dataclass
class Packets:
    """What is known of a stream without decoding it.

    Attributes:
        times: Presentation times of the packets that are shown, in the stream's unit,
            in the order of the file; None where there is none.
        keys: Whether each of them is a key frame.
        suspicion: Why packets and frames may differ; empty if they do not.
        starts_on_key: Whether the first packet is a key frame and shown first.
        is_cut: Whether the file ends before it should.
        num_lost: Number of frames that it lacks then; 0 if that is not known.
    """

    times: list[int | None] = field(default_factory=list)
    keys: list[bool] = field(default_factory=list)
    suspicion: str = ''
    starts_on_key: bool = True
    is_cut: bool = False
    num_lost: int = 0


def read_packets(container: InputContainer, stream: VideoStream) -> Packets:
    """Read all packets of a stream.

    One packet is one frame, shown at the packet's time, if the file starts at a key
    frame, times are there once each and in an order that reordering explains, and no
    packet has the marks by which its codec hides, joins or omits pictures. All this is
    in the packets; `tests/datasets/video_io/test_any_file.py` tries to refute it.
    """
    found = Packets()
    decoding_times: list[int | None] = []
    first_time: int | None = None
    end, is_whole = 0, True
    inspect = _INSPECTORS.get(stream.codec_context.name, lambda packet, first: '')
    try:
        for packet in container.demux(stream):
            if not packet.size:
                continue
            if not decoding_times:
                found.starts_on_key, first_time = packet.is_keyframe, packet.pts
            if not found.suspicion:
                found.suspicion = inspect(packet, not decoding_times)
            is_whole &= not packet.is_corrupt
            decoding_times.append(packet.dts)
            if not packet.is_discard:
                found.times.append(packet.pts)
                found.keys.append(packet.is_keyframe)
            end = max(end, (packet.pts or 0) + (packet.duration or 0))
    # IndexError: a damaged packet names a stream that does not exist.
    except (av.InvalidDataError, IndexError):
        found.suspicion, found.is_cut = 'its packets break off', True
    known = [time for time in found.times if time is not None]
    early = known[:LONGEST_REORDERING]  # later ones are of a part that was joined on
    if first_time is not None and min(early, default=first_time) < first_time:
        found.starts_on_key = False
    found.suspicion = (
        found.suspicion
        or ('' if found.starts_on_key else 'starts before a key frame')
        or _doubt_form(container, stream)
        or _doubt_times(found, decoding_times)
        or ('' if is_whole else 'a packet is not whole')
    )
    _find_end(found, len(decoding_times), end, container, stream)
    return found


def _doubt_form(container: InputContainer, stream: VideoStream) -> str:
    """Say why a container's times or jumps cannot be relied on."""
    if container.format.name == 'avi' and stream.codec_context.has_b_frames:
        return 'AVI has no time stamps for reordered frames'
    # Its seeks may end in the middle of a frame.
    return 'MPEG-PS has no index' if container.format.name == 'mpeg' else ''


def _doubt_times(packets: Packets, decoding_times: list[int | None]) -> str:
    """Say why presentation times may not be those of the frames."""
    if any(time is None for time in packets.times):
        return 'packets have no time stamps'
    times = np.array(packets.times, dtype=np.int64)
    if len(np.unique(times)) < len(times):
        return 'time stamps are repeated'
    decoded = np.array([t for t in decoding_times if t is not None], dtype=np.int64)
    latest = np.maximum.accumulate(times)
    keys = np.flatnonzero(packets.keys)
    keys = keys[keys > 0]
    late = times[LONGEST_REORDERING:] < latest[:-LONGEST_REORDERING]
    if (np.diff(decoded) < 0).any() or late.any() or (times[keys] < latest[keys]).any():
        return 'time stamps go back'
    return ''


def _find_end(
    found: Packets,
    count: int,
    end: int,
    container: InputContainer,
    stream: VideoStream,
) -> None:
    """Find out whether the file is cut at its end, as far as it tells."""
    form, known = container.format.name, [t for t in found.times if t is not None]
    unit, start, expected = stream.time_base or Fraction(), stream.start_time or 0, 0
    if not known:
        return
    if form == 'avi':
        # Frames that a camera dropped have no packet, but a time.
        expected = stream.frames - (max(known) + 1 - count)
    elif 'mp4' in form.split(',') and stream.frames:
        expected = stream.frames
    elif 'mp4' in form.split(',') or form.startswith('matroska'):
        seconds = _tagged_seconds(stream.metadata.get('DURATION', ''))
        seconds = seconds or float((stream.duration or 0) * unit)
        each = float((end - start) * unit) / count
        missing = (seconds - float(end * unit)) / each if each > 0 else 0.0
        expected = count + round(missing) if missing > 0.9 else 0
    elif form == 'mpegts' and os.path.isfile(container.name):
        size = os.path.getsize(container.name)
        found.is_cut |= all(size % length for length in TS_PACKETS)
    if expected > count:
        found.is_cut, found.num_lost = True, expected - count


def _tagged_seconds(text: str) -> float:
    match = re.fullmatch(r'(\d+):(\d\d):(\d\d(?:\.\d+)?)', text.strip('\0'))
    if match is None:
        return 0.0
    hours, minutes, seconds = match.groups()
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def _inspect_mpeg4(packet: Packet, first: bool) -> str:
    content = bytes(packet)
    header = packet.stream.codec_context.extradata or b''  # what a jump keeps
    if first and USER_DATA in content and USER_DATA not in header:
        return 'the coder tells its version in the first packet'
    if content.count(VOP) != 1:
        return 'packets hold several frames (packed B-frames)'
    return 'frames are not coded' if len(content) < TINY_VOP else ''


def _inspect_h263(packet: Packet, first: bool) -> str:
    return 'frames are not coded' if packet.size < TINY_VOP else ''


def _inspect_vp8(packet: Packet, first: bool) -> str:
    return '' if memoryview(packet)[0] & 0x10 else 'frames are hidden'


def _inspect_vp9(packet: Packet, first: bool) -> str:
    """Look for a hidden frame that is not in one packet with a shown one."""
    content = memoryview(packet)
    head, last = content[0], content[-1]
    profile = head >> 5 & 1 | head >> 3 & 2
    bits = head << (1 if profile == 3 else 0)  # one bit more is reserved
    shows_earlier, is_shown = bits & 0x08, bits & 0x02
    is_superframe = last & 0xE0 == 0xC0
    return '' if shows_earlier or is_shown or is_superframe else 'frames are hidden'


def _inspect_h264(packet: Packet, first: bool) -> str:
    if not first or 'High 4:4:4' not in (packet.stream.codec_context.profile or ''):
        return ''
    version = re.search(rb'x264 - core (\d+)', bytes(packet))
    is_old = version is not None and int(version[1]) < OLD_X264
    return 'the coder tells its version in the first packet' if is_old else ''


_INSPECTORS: dict[str, Callable[[Packet, bool], str]] = {
    'mpeg4': _inspect_mpeg4,
    'h263': _inspect_h263,
    'flv': _inspect_h263,
    'vp8': _inspect_vp8,
    'libvpx': _inspect_vp8,
    'vp9': _inspect_vp9,
    'libvpx-vp9': _inspect_vp9,
    'h264': _inspect_h264,
}
