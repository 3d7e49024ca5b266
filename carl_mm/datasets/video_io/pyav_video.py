"""Video files read by PyAV."""

import math
import os
import struct
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, compress
from typing import Any

import av
import numpy as np
from av.container import InputContainer
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from carl_mm.datasets.video_io.containers import open_container
from carl_mm.datasets.video_io.frame_reader import FrameReader, VideoDecodeError
from carl_mm.files import file_state

Frames = Iterator[av.VideoFrame]
NEVER = -(2**63)
# From version 17 on, PyAV uses all cores otherwise, which costs more than it gains.
TO_RGB: dict[str, Any] = {'format': 'rgb24'}
if int(av.__version__.split('.')[0]) >= 17:
    TO_RGB['threads'] = 1


class PyAVVideo(FrameReader):
    """A video file read by PyAV, one frame after the other.

    Args:
        filename: Path of the video.
        num_threads: Number of the decoder's threads.

    Raises:
        VideoDecodeError: The file is missing, not a video, or has no frames.
    """

    def __init__(self, filename: str | os.PathLike[str], num_threads: int = 1) -> None:
        self.filename = str(filename)
        self.num_threads = num_threads
        if not os.path.isfile(self.filename):
            raise VideoDecodeError(f'{self.filename}: no such file')
        self._state = file_state(self.filename)
        with self._open() as (container, stream):
            packets = [
                (p.pts, p.is_keyframe)
                for p in container.demux(stream)
                if p.size and not p.is_discard
            ]
            rate, unit = stream.average_rate or stream.guessed_rate, stream.time_base
            reorders = stream.codec_context.has_b_frames
        self.num_frames = len(packets)
        if not packets or not rate:
            raise VideoDecodeError(f'{self.filename}: contains no frame')
        self.fps = float(rate)
        self.timestamps = np.arange(self.num_frames) / self.fps
        self._times: list[int] = []  # empty: frames are counted from the first
        self._key_times: list[int] = []
        stored = [pts for pts, _ in packets if pts is not None]
        if unit is None or len(set(stored)) < self.num_frames:
            return  # the container has no usable time stamps
        times = sorted(stored)
        self.timestamps = np.array(times) * float(unit)
        # AVI stores decoding times only: those of reordered frames would be guesses.
        if times != stored or not reorders:
            self._times = times
            keys = [is_key for _, is_key in packets]
            self._key_times = sorted(compress(stored, keys))

    def stream(self, frame_inds: Iterable[int]) -> Iterator[np.ndarray]:
        """Decode frames one at a time; see `FrameReader.stream`.

        It decodes on to the next frame, or jumps if there is a key frame in between.
        """
        # One for all frames: making it takes as long as converting a frame.
        reformatter = VideoReformatter()
        with self._open() as (container, stream):
            frames, following = container.decode(stream), 0
            for index in map(int, frame_inds):
                if self._key_time(index) > self._key_time(following):
                    frames = self._jump(container, stream, index)
                frame = self._find(frames, index, following)
                following = index + 1
                picture = reformatter.reformat(frame, **TO_RGB).to_ndarray()
                yield _upright(frame, picture)

    def _key_time(self, index: int) -> int:
        """Return the time of the key frame from which a frame is decoded."""
        if index >= len(self._times):
            return 0  # no times, or past the end
        place = bisect_right(self._key_times, self._times[index])
        return self._key_times[place - 1] if place else self._times[0]

    def _jump(
        self, container: InputContainer, stream: VideoStream, index: int
    ) -> Frames:
        """Seek to a key frame that is not after the frame.

        Seeking goes by decoding time, so the first key frame found may be presented
        after the frame: then it seeks farther back.
        """
        place = bisect_right(self._key_times, self._times[index]) - 1
        while True:
            target = self._key_times[place] if place >= 0 else self._times[0]
            container.seek(target, stream=stream)
            frames = container.decode(stream)
            first = next(frames, None)
            if first is not None and _time(first) <= self._times[index]:
                return chain([first], frames)
            if place < 0:
                raise VideoDecodeError(
                    f'{self.filename}: cannot be decoded (seeking fails)'
                )
            place = place // 2 - 1 if place > 1 else place - 1

    def _find(self, frames: Frames, index: int, following: int) -> av.VideoFrame:
        """Decode on to a frame; ``following`` is the index that ``frames`` comes to."""
        for frame in frames:
            if frame.is_corrupt:
                break
            if not self._times and following == index:
                return frame
            following += 1
            if self._times and _time(frame) >= self._times[index]:
                if frame.pts == self._times[index]:
                    return frame
                break
        raise VideoDecodeError(
            f'{self.filename}: cannot be decoded (frame {index} of {self.num_frames} '
            'is damaged or missing)'
        )

    @contextmanager
    def _open(self) -> Iterator[tuple[InputContainer, VideoStream]]:
        # Its frames are known by their times; those of another file would be others.
        if (
            not os.path.isfile(self.filename)
            or file_state(self.filename) != self._state
        ):
            raise VideoDecodeError(
                f'{self.filename}: has changed since it was opened; open it again'
            )
        try:
            with open_container(self.filename) as container:
                if not container.streams.video:
                    raise VideoDecodeError(f'{self.filename}: contains no video')
                stream = container.streams.video[0]
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


def _upright(frame: av.VideoFrame, picture: np.ndarray) -> np.ndarray:
    """Rotate and mirror a picture as the file says; phones record videos this way."""
    matrix: Any = frame.side_data.get('DISPLAYMATRIX')
    if matrix is None:
        return picture
    # A point (x, y) is shown at (a x + c y, b x + d y), y pointing down.
    a, b, _, c, d = struct.unpack_from('=5i', bytes(matrix))
    if a * d < b * c:
        picture, a, b = picture[:, ::-1], -a, -b
    turns = round(math.atan2(b, a) / (math.pi / 2))
    return np.rot90(picture, -turns) if turns else picture


def _time(frame: av.VideoFrame) -> int:
    return NEVER if frame.pts is None else frame.pts
