"""The frames that decoding a whole file gives, and from where each can be decoded."""

import zlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from av.video.frame import VideoFrame

from carl_mm.datasets.video_io.frame_reader import VideoDecodeError
from carl_mm.datasets.video_io.indexing.codec_marks import TOLD_AT_START
from carl_mm.datasets.video_io.indexing.decoding import (
    Frames,
    MissingFrameError,
    Open,
    decode_packets,
    whole_frames,
)

JUMP_GAP = 48  # frames between places from which decoding can start
LANDING = 64  # frames after a jump among which known ones must be
ALIKE = 3  # successive frames that must be known

Print = tuple[int | None, int]  # a frame's time stamp and the checksum of its picture


@dataclass(frozen=True)
class FrameIndex:
    """The frames of a file whose packets do not tell them.

    Attributes:
        stamps: Time stamp of each frame in the order of decoding, in the stream's unit;
            None where it has none.
        jumps: Places from which decoding can start, ascending: the time to seek to,
            the number of frames to pass over there, and the index of the next one.
        damaged_at: Index of the first frame that damage in the middle of the file
            spoils; None without damage.
        num_lost: Number of packets at the end of the file that cannot be decoded.
        reason: Why the file had to be decoded to know its frames.
    """

    stamps: Sequence[int | None]
    jumps: Sequence[tuple[int, int, int]] = ()
    damaged_at: int | None = None
    num_lost: int = 0
    reason: str = ''

    def frames(self, open_file: Open, frame_inds: Sequence[int]) -> Frames:
        """Decode frames one at a time.

        For a jump the file is opened anew, as it was when the jump was tried: where
        times repeat, a seek finds what it finds from where the file stands.

        Args:
            open_file: Opens the file.
            frame_inds: Indices, ascending.

        Raises:
            MissingFrameError: A frame cannot be decoded.
        """
        given, following, start = 0, 0, 0
        while given < len(frame_inds):
            jump = self._last_jump(frame_inds[given])
            target, start = (None, 0) if jump is None else (jump[0], jump[2] - jump[1])
            with open_file() as (container, stream):
                if target is not None:
                    container.seek(target, stream=stream)
                frames, following = whole_frames(container, stream), start
                while given < len(frame_inds):
                    index = frame_inds[given]
                    ahead = self._last_jump(index)
                    if ahead is not None and ahead[2] > following and ahead != jump:
                        break
                    if self.damaged_at is not None and index >= self.damaged_at:
                        raise MissingFrameError(index)
                    frame = next(islice(frames, index - following, None), None)
                    if frame is None:
                        raise MissingFrameError(index)
                    given, following = given + 1, index + 1
                    yield frame

    def _last_jump(self, index: int) -> tuple[int, int, int] | None:
        place = bisect_right(self.jumps, index, key=lambda jump: jump[2])
        return self.jumps[place - 1] if place else None


def index_frames(
    open_file: Open, reason: str, starts_anywhere: bool, is_cut: bool
) -> FrameIndex:
    """Decode a whole file, and try from where else decoding can start.

    Args:
        open_file: Opens the file anew.
        reason: Why it is needed.
        starts_anywhere: Whether it is a piece of a stream that begins before a key
            frame: what fails before the first frame is then no damage.
        is_cut: Whether it may lack its end. If not, that more than the last packet
            fails is damage.

    Returns:
        The frames up to the file's end; `damaged_at` says how far they are good.
    """
    prints: list[Print] = []
    keys: list[int] = []
    failed: list[int] = []  # number of good frames before each failure
    last: list[int] = []  # those of the failures since the last good packet
    with open_file() as (container, stream):
        for frames, has_failed, is_packet in decode_packets(container, stream):
            if has_failed:
                failed.append(len(prints))
                last.append(len(prints))
            elif is_packet:
                last = []
            for frame in frames:
                if frame.key_frame:
                    keys.append(len(prints))
                prints.append(_print(frame))
    # Of reordered frames, some wait in the decoder while the last packet fails.
    at_end = last if is_cut else [place for place in failed if place == len(prints)]
    inside = failed[: len(failed) - len(at_end)]
    if starts_anywhere:
        inside = [place for place in inside if place > 0]
    if not prints or (len(at_end) > 1 and not is_cut):
        inside, at_end = [*inside, len(prints)], []
    return FrameIndex(
        [stamp for stamp, _ in prints],
        ()
        if inside or reason == TOLD_AT_START
        else _find_jumps(open_file, prints, keys),
        min(inside, default=None),
        len(at_end),
        reason,
    )


def _find_jumps(
    open_file: Open, prints: list[Print], keys: list[int]
) -> list[tuple[int, int, int]]:
    """Try key frames: a jump is good if it gives frames that are known, in order."""
    jumps: list[tuple[int, int, int]] = []
    seen = Counter(prints)
    places = {each: place for place, each in enumerate(prints) if seen[each] == 1}
    last = 0
    for key in keys:
        target = prints[key][0]
        if target is None or key < last + JUMP_GAP:
            continue
        landed = _land(open_file, target, prints, places)
        if landed is not None and last < landed[1] <= key + ALIKE:
            jumps.append((target, *landed))
            last = landed[1]
    return jumps


def _land(
    open_file: Open, target: int, prints: list[Print], places: dict[Print, int]
) -> tuple[int, int] | None:
    """Return how many frames to pass over after a jump, and the index of the next."""
    found: list[Print] = []
    try:
        with open_file() as (container, stream):
            container.seek(target, stream=stream)
            for frame in islice(whole_frames(container, stream), LANDING):
                found.append(_print(frame))
                place = places.get(found[-ALIKE]) if len(found) >= ALIKE else None
                if (
                    place is not None
                    and found[-ALIKE:] == prints[place : place + ALIKE]
                ):
                    return len(found) - ALIKE, place
    except VideoDecodeError:  # it cannot be decoded from there
        return None
    return None


def _print(frame: VideoFrame) -> Print:
    plane: Any = frame.planes[0]
    rows = np.frombuffer(plane, np.uint8)[: plane.height * plane.line_size]
    picture = rows.reshape(plane.height, plane.line_size)[:, : plane.width]
    return frame.pts, zlib.crc32(picture.tobytes())
