"""The packets of a video stream, and whether each of them is a frame."""

import os
import re
from dataclasses import dataclass, field
from fractions import Fraction

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream

from carl_mm.datasets.video_io.indexing.codec_marks import inspector

LONGEST_REORDERING = 17  # packets; a decoder holds 16 frames at most
STREAMS = ('mpegts', 'mpeg')
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
        is_stream: Whether the file is a piece of a stream, which may begin anywhere.
        is_whole: Whether no packet lacks a part.
        is_cut: Whether the file ends before it should.
        num_lost: Number of frames that it lacks then; 0 if that is not known.
    """

    times: list[int | None] = field(default_factory=list)
    keys: list[bool] = field(default_factory=list)
    suspicion: str = ''
    starts_on_key: bool = True
    is_stream: bool = False
    is_whole: bool = True
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
    duration: int | None = 0  # of the last packet
    inspect = inspector(stream.codec_context)
    try:
        for packet in container.demux(stream):
            if not packet.size:
                continue
            if not decoding_times:
                found.starts_on_key, first_time = packet.is_keyframe, packet.pts
            if inspect is not None and not found.suspicion:
                found.suspicion = inspect(packet, not decoding_times)
            found.is_whole &= not packet.is_corrupt
            decoding_times.append(packet.dts)
            if not packet.is_discard:
                found.times.append(packet.pts)
                found.keys.append(packet.is_keyframe)
            duration = packet.duration
    # IndexError: a damaged packet names a stream that does not exist.
    except (av.InvalidDataError, IndexError):
        found.suspicion, found.is_cut = 'its packets break off', True
    found.is_stream = container.format.name in STREAMS
    # A key frame that is damaged is no key frame to its packet, but to an mp4's index.
    if 'mp4' in container.format.name.split(',') and len(stream.index_entries):
        found.starts_on_key = bool(stream.index_entries[0].is_keyframe)
    known = [time for time in found.times if time is not None]
    early = known[:LONGEST_REORDERING]  # later ones are of a part that was joined on
    if first_time is not None and min(early, default=first_time) < first_time:
        found.starts_on_key = False
    found.suspicion = (
        found.suspicion
        or ('' if found.starts_on_key else 'starts before a key frame')
        or _doubt_form(container, stream)
        or _doubt_times(found, decoding_times)
        or ('' if found.is_whole else 'a packet is not whole')
    )
    end = max(known, default=0) + (duration or 0)
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
    elif form == 'mpegts':
        size = os.path.getsize(container.name.removeprefix('file:'))
        found.is_cut |= all(size % length for length in TS_PACKETS)
    if expected > count:
        found.is_cut, found.num_lost = True, expected - count


def _tagged_seconds(text: str) -> float:
    match = re.fullmatch(r'(\d+):(\d\d):(\d\d(?:\.\d+)?)', text.strip('\0'))
    if match is None:
        return 0.0
    hours, minutes, seconds = match.groups()
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
