"""Video files read by PyAV."""

import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import av
import numpy as np
from av.container import InputContainer
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from carl_mm.datasets.video_io.containers import open_container
from carl_mm.datasets.video_io.frame_reader import FrameReader, VideoDecodeError
from carl_mm.datasets.video_io.indexing.decoding import MissingFrameError
from carl_mm.datasets.video_io.indexing.frame_index import FrameIndex, index_frames
from carl_mm.datasets.video_io.indexing.frame_stamps import frame_seconds, measured_fps
from carl_mm.datasets.video_io.indexing.index_cache import load_index, save_index
from carl_mm.datasets.video_io.indexing.packet_times import PacketTimes
from carl_mm.datasets.video_io.indexing.packets import read_packets
from carl_mm.datasets.video_io.indexing.streams import choose_stream
from carl_mm.datasets.video_io.upright import upright
from carl_mm.files import file_state

# From version 17 on, PyAV uses all cores otherwise, which costs more than it gains.
TO_RGB: dict[str, Any] = {'format': 'rgb24'}
if int(av.__version__.split('.')[0]) >= 17:
    TO_RGB['threads'] = 1
MISSING = 'decoding gives other frames than its packets say'
logger = logging.getLogger('carl_mm')
_told: set[tuple[str, str]] = set()  # a file's remarks are told once


class PyAVVideo(FrameReader):
    """A video file read by PyAV, one frame after the other.

    Its frames are those that decoding it from start to end gives. Where its packets do
    not tell them, it is decoded once, and what was found is remembered in a cache: in
    the folder that the environment variable CARL_MM_CACHE names, by default
    ~/.cache/carl_mm. Where pictures change their size, all are scaled to one, as
    players do it.

    Args:
        filename: Path of the video.
        num_threads: Number of the decoder's threads.
        salvage: Whether to take what is before the damage of a damaged file, which is
            then always decoded once. If not, frames from there on are errors.

    Raises:
        VideoDecodeError: The file is missing, not a video, or has no frames.
    """

    def __init__(
        self,
        filename: str | os.PathLike[str],
        num_threads: int = 1,
        salvage: bool = False,
    ) -> None:
        self.filename = str(filename)
        self.num_threads = num_threads
        self.salvage = salvage
        if not os.path.isfile(self.filename):
            raise VideoDecodeError(f'{self.filename}: no such file')
        self._state = file_state(self.filename)
        with self._open() as (container, stream):
            self._remark = choose_stream(container)[1]
            self._packets = read_packets(container, stream)
            self._unit, codec = stream.time_base, stream.codec_context
            self._size: Any = {'width': codec.width, 'height': codec.height}
            rate = stream.average_rate or stream.guessed_rate
            self._claimed_fps = float(rate) if rate else None
            self._is_avi = container.format.name == 'avi'
        if not self._packets.times:
            raise VideoDecodeError(f'{self.filename}: contains no frame')
        self._index = load_index(self.filename, self._state)
        if self._index is None and (self._packets.suspicion or salvage):
            self._index = self._make_index(self._packets.suspicion)
        self._settle()

    def _make_index(self, reason: str) -> FrameIndex:
        packets = self._packets
        index = index_frames(
            self._open,
            reason,
            starts_anywhere=packets.is_stream and not packets.starts_on_key,
            is_cut=packets.is_cut or not packets.is_whole,
        )
        save_index(self.filename, self._state, index)
        return index

    def _settle(self) -> None:
        """Take the number of frames and their times from what is known by now."""
        packets, index, notes = self._packets, self._index, [self._remark]
        self._damaged_at = None if index is None else index.damaged_at
        if self._damaged_at is not None and not self.salvage:
            if packets.suspicion:
                raise self._missing(self._damaged_at)
            index = None  # frames are where the packets say, as far as they are good
        self._frames: PacketTimes | FrameIndex = index or PacketTimes.of(packets)
        stamps: Sequence[int | None] = self._frames.stamps
        if self._damaged_at is not None and self.salvage:
            stamps = stamps[: self._damaged_at]
            taken = f'the {len(stamps)} frames before the damage are taken'
            notes.append(f'is damaged: {taken}')
        if not stamps:
            raise VideoDecodeError(f'{self.filename}: contains no whole frame')
        self.num_frames = len(stamps)
        made = frame_seconds(stamps, self._unit, self._claimed_fps, self._is_avi)
        self.timestamps = made[0]
        self.fps = measured_fps(self.timestamps, self._claimed_fps)
        # Of AVI the stamps of reordered frames are guesses.
        first = None if self._is_avi else stamps[0]
        if first is not None and self._unit is not None:
            self.start_time = float(first * self._unit)
        num_lost = packets.num_lost + (index.num_lost if index else 0)
        self.is_cut = packets.is_cut or num_lost > 0
        if self.is_cut:
            lost = f'at least {num_lost}' if num_lost else 'nobody knows how many'
            whole = f'{self.num_frames} frames are whole'
            notes.append(f'is cut at its end: {whole}, {lost} are lost')
        notes.append(made[1])
        reason = index.reason if index else ''
        reason = reason and f'was decoded once to know its frames: {reason}'
        self.notes = tuple(note for note in (*notes, reason) if note)
        for note in filter(None, notes):
            if (self.filename, note) not in _told:
                _told.add((self.filename, note))
                logger.warning('%s: %s', self.filename, note)

    def stream(self, frame_inds: Iterable[int]) -> Iterator[np.ndarray]:
        """Decode frames one at a time; see `FrameReader.stream`."""
        inds = [int(index) for index in frame_inds]
        done = 0
        try:
            for picture in self._pictures(inds):
                yield picture
                done += 1
            return
        except (MissingFrameError, VideoDecodeError):
            self._check_unchanged()
            if isinstance(self._frames, FrameIndex):
                raise self._missing(inds[done]) from None
            known = load_index(self.filename, self._state)
            self._index = known or self._make_index(MISSING)
            self._settle()
        try:
            yield from self._pictures(inds[done:])
        except (MissingFrameError, VideoDecodeError) as error:
            self._check_unchanged()
            raise self._missing(getattr(error, 'index', inds[done])) from None

    @property
    def is_indexed(self) -> bool:
        """Whether it had to be decoded once, because packets do not tell its frames."""
        return isinstance(self._frames, FrameIndex)

    def _pictures(self, inds: list[int]) -> Iterator[np.ndarray]:
        # One for all frames: making it takes as long as converting a frame.
        reformatter = VideoReformatter()
        for frame in self._frames.frames(self._open, inds):
            picture = reformatter.reformat(frame, **self._size, **TO_RGB).to_ndarray()
            yield upright(frame, picture)

    def _missing(self, index: int) -> VideoDecodeError:
        what = f'frame {index} is missing; its packets promise it'
        if self._damaged_at is not None:
            what = (
                f'frame {self._damaged_at} is damaged; --salvage, or salvage=True, '
                'takes what is before it'
            )
        return VideoDecodeError(f'{self.filename}: cannot be decoded ({what})')

    def _check_unchanged(self) -> None:
        # Its frames are known by their times; those of another file would be others.
        is_there = os.path.isfile(self.filename)
        if not is_there or file_state(self.filename) != self._state:
            raise VideoDecodeError(
                f'{self.filename}: has changed since it was opened; open it again'
            )

    @contextmanager
    def _open(self) -> Iterator[tuple[InputContainer, VideoStream]]:
        self._check_unchanged()
        try:
            with open_container(self.filename) as container:
                stream, _ = choose_stream(container)
                if stream is None:
                    raise VideoDecodeError(f'{self.filename}: contains no video')
                if stream.codec_context is None:  # as in a truncated header
                    raise VideoDecodeError(f'{self.filename}: has an unknown codec')
                stream.codec_context.thread_count = self.num_threads
                yield container, stream
        # IndexError: a damaged packet names a stream that does not exist.
        except (av.FFmpegError, IndexError) as error:
            reason = getattr(error, 'strerror', None) or 'a packet belongs to no stream'
            raise VideoDecodeError(
                f'{self.filename}: cannot be decoded ({reason})'
            ) from error
