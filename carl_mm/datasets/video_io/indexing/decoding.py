"""Decoding that goes on where a packet cannot be decoded."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

Frames = Iterator[VideoFrame]
Open = Callable[[], AbstractContextManager[tuple[InputContainer, VideoStream]]]


class MissingFrameError(Exception):
    """Decoding gives something other than the frame that is expected.

    Args:
        index: Index of the frame.
    """

    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.index = index


def decode_packets(
    container: InputContainer, stream: VideoStream
) -> Iterator[tuple[list[VideoFrame], bool, bool]]:
    """Decode packet after packet.

    Yields:
        The whole frames that a packet gives, whether anything failed, and whether it is
        a packet, or the end, which gives the frames that the decoder still holds.
    """
    packets = container.demux(stream)
    while True:
        try:
            packet: Any = next(packets, None)
        # IndexError: a damaged packet names a stream that does not exist.
        except (av.FFmpegError, IndexError):
            yield *_whole(stream.decode()), False
            yield [], True, False
            return
        if packet is None:
            return
        try:
            yield *_whole(packet.decode()), packet.size > 0
        except av.FFmpegError:
            yield [], True, packet.size > 0


def whole_frames(container: InputContainer, stream: VideoStream) -> Frames:
    """Decode all whole frames from where a file stands."""
    for frames, _, _ in decode_packets(container, stream):
        yield from frames


def _whole(frames: list[VideoFrame]) -> tuple[list[VideoFrame], bool]:
    whole = [frame for frame in frames if not frame.is_corrupt]
    return whole, len(whole) < len(frames)
