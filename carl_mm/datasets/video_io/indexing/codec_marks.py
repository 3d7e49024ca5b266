"""Marks by which codecs hide, join or omit pictures in packets."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

from av.video.codeccontext import VideoCodecContext

VideoPacket: TypeAlias = Any  # generic in some versions of PyAV
TINY_VOP = 20  # bytes; of uncoded pictures, which show the one before
VOP, USER_DATA = b'\0\0\1\xb6', b'\0\0\1\xb2'
OLD_X264 = 151  # before it, 4:4:4 was coded otherwise, and a message says so
TOLD_AT_START = 'the coder tells its version in the first packet'


def inspector(
    context: VideoCodecContext,
) -> Callable[[VideoPacket, bool], str] | None:
    """Return a function that says why a packet may not be one frame, else ''.

    Its arguments are the packet and whether it is the first. Codecs without such marks
    have none.

    Args:
        context: The stream's codec.
    """
    inspect = _INSPECTORS.get(context.name)
    is_444 = 'High 4:4:4' in (getattr(context, 'profile', None) or '')
    if inspect is None or (context.name == 'h264' and not is_444):
        return None
    return partial(inspect, context)


def _inspect_mpeg4(context: VideoCodecContext, packet: VideoPacket, first: bool) -> str:
    content = bytes(packet)
    header = context.extradata or b''  # what a jump keeps
    if first and USER_DATA in content and USER_DATA not in header:
        return TOLD_AT_START
    if content.count(VOP) != 1:
        return 'packets hold several frames (packed B-frames)'
    return 'frames are not coded' if len(content) < TINY_VOP else ''


def _inspect_h263(context: VideoCodecContext, packet: VideoPacket, first: bool) -> str:
    return 'frames are not coded' if packet.size < TINY_VOP else ''


def _inspect_vp8(context: VideoCodecContext, packet: VideoPacket, first: bool) -> str:
    return '' if memoryview(packet)[0] & 0x10 else 'frames are hidden'


def _inspect_vp9(context: VideoCodecContext, packet: VideoPacket, first: bool) -> str:
    """Look for a hidden frame that is not in one packet with a shown one."""
    content = memoryview(packet)
    head, last = content[0], content[-1]
    profile = head >> 5 & 1 | head >> 3 & 2
    bits = head << (1 if profile == 3 else 0)  # one bit more is reserved
    shows_earlier, is_shown = bits & 0x08, bits & 0x02
    is_superframe = last & 0xE0 == 0xC0
    return '' if shows_earlier or is_shown or is_superframe else 'frames are hidden'


def _inspect_h264(context: VideoCodecContext, packet: VideoPacket, first: bool) -> str:
    if not first:
        return ''
    version = re.search(rb'x264 - core (\d+)', bytes(packet))
    is_old = version is not None and int(version[1]) < OLD_X264
    return TOLD_AT_START if is_old else ''


_INSPECTORS: dict[str, Callable[[VideoCodecContext, VideoPacket, bool], str]] = {
    'mpeg4': _inspect_mpeg4,
    'h263': _inspect_h263,
    'flv': _inspect_h263,
    'vp8': _inspect_vp8,
    'libvpx': _inspect_vp8,
    'vp9': _inspect_vp9,
    'libvpx-vp9': _inspect_vp9,
    'h264': _inspect_h264,
}
