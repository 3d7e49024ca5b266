"""Read the frames that are needed, and no more, from files or folders of images."""

import os
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any

import cv2
import decord
import numpy as np
from torch.utils.dlpack import from_dlpack

IMAGE_SUFFIXES = ('.jpg', '.jpeg', '.png')
IMAGE_FOLDER_FPS = 30.0  # folders do not say theirs; Penn Action's is 30


class VideoDecodeError(ValueError):
    """A video that cannot be read; the message names the file and why."""


class FrameReader(ABC):
    """A video opened for reading by `open_video`.

    Attributes:
        filename: Of the file or the folder.
        num_frames: At least 1.
        fps: Frames a second, averaged over the video.
    """

    filename: str
    num_frames: int
    fps: float

    num_threads: int = 1

    @abstractmethod
    def stream(self, frame_inds: Iterable[int]) -> Iterator[np.ndarray]:
        """Decode frames one at a time.

        Args:
            frame_inds: Ascending and different, in [0, num_frames).

        Yields:
            ``(H, W, 3)`` uint8, RGB.

        Raises:
            VideoDecodeError: A frame is damaged.
        """

    def read(self, frame_inds: Any) -> np.ndarray:
        """Decode frames at once, each distinct one once.

        Args:
            frame_inds: ``(N,)`` integers in [0, num_frames), in any order.

        Returns:
            ``(N, H, W, 3)`` uint8, RGB.

        Raises:
            VideoDecodeError: A frame is damaged.
        """
        unique, inverse = np.unique(np.asarray(frame_inds), return_inverse=True)
        frames = np.stack(list(self.stream(unique.tolist())))
        in_order = np.array_equal(inverse, np.arange(len(unique)))
        return frames if in_order else frames[inverse]


class Video(FrameReader):
    """A video file opened for reading; open it in the process that reads it.

    A decord reader opened in a parent process hangs in a forked worker.

    Args:
        filename: Of the video.
        num_threads: Of the decoder.

    Raises:
        VideoDecodeError: Missing, empty, not a video, or without a frame.
    """

    def __init__(self, filename: str | os.PathLike, num_threads: int = 1) -> None:
        self.filename = str(filename)
        if not os.path.isfile(self.filename):
            raise VideoDecodeError(f'{self.filename}: no such file')
        try:
            self._reader = decord.VideoReader(self.filename, num_threads=num_threads)
            self.num_frames = len(self._reader)
        # DECORDError is no RuntimeError.
        except (RuntimeError, decord.DECORDError) as error:
            raise VideoDecodeError(self._describe(error)) from error
        if self.num_frames == 0:
            raise VideoDecodeError(f'{self.filename}: holds no frame')
        self.fps = float(self._reader.get_avg_fps())
        self.num_threads = num_threads
        self._next = 0  # the frame that the decoder stands before

    def stream(self, frame_inds: Iterable[int]) -> Iterator[np.ndarray]:
        """Decode frames one at a time; see `FrameReader.stream`.

        Between two frames it decodes on, or jumps where a key frame lies between.
        Measured against decord's `get_batch`: as fast where frames are sparse, up to
        1.4 times as fast where they are dense.
        """
        try:
            key_frames = np.array(self._reader.get_key_indices())
            for index in map(int, frame_inds):
                before = key_frames[np.searchsorted(key_frames, index, 'right') - 1]
                if index < self._next or before > self._next:
                    self._reader.seek_accurate(index)
                elif index > self._next:
                    self._reader.skip_frames(index - self._next)
                self._next = index + 1
                # Through DLPack the decoder's own buffer is used, without a copy.
                frame = from_dlpack(self._reader.next().to_dlpack())
                yield _without_padding(frame.numpy())
        # The end of a file is told by StopIteration, also one that comes too soon.
        except (RuntimeError, decord.DECORDError, StopIteration) as error:
            raise VideoDecodeError(self._describe(error)) from error

    def _describe(self, error: Exception) -> str:
        line = next(iter(str(error).strip().splitlines()), type(error).__name__)
        reason = re.sub(r'^.*\.cc:\d+: ', '', line)  # the place in decord's sources
        return f'{self.filename}: cannot be decoded ({reason})'


def _without_padding(frame: np.ndarray) -> np.ndarray:
    """Cut the padding of the rows, which decord takes for channels (its #336)."""
    height, width, channels = frame.shape
    if channels == 3:
        return frame
    rows = frame.reshape(height, width * channels)[:, : width * 3]
    return rows.reshape(height, width, 3)


class ImageFolder(FrameReader):
    """A folder of numbered images, one a frame: 000001.jpg, 000002.jpg, ...

    The number ends a file's name; the first may be any. Other files are ignored.

    Args:
        filename: Of the folder.

    Raises:
        VideoDecodeError: No image, one without a number, or a number that is
            missing or there twice.
    """

    fps = IMAGE_FOLDER_FPS

    def __init__(self, filename: str | os.PathLike) -> None:
        self.filename = str(filename)
        self._names = self._names_in_order()
        self.num_frames = len(self._names)
        self._first_read: tuple[str, tuple[int, ...]] | None = None

    def _names_in_order(self) -> list[str]:
        names: dict[int, str] = {}
        for name in sorted(os.listdir(self.filename)):
            stem, suffix = os.path.splitext(name)
            if suffix.lower() not in IMAGE_SUFFIXES or name.startswith('.'):
                continue
            digits = re.search(r'\d+$', stem)
            if digits is None:
                raise VideoDecodeError(f'{self.filename}: {name} has no frame number')
            other = names.setdefault(int(digits[0]), name)
            if other != name:
                raise VideoDecodeError(
                    f'{self.filename}: {other} and {name} have one frame number'
                )
        if not names:
            raise VideoDecodeError(f'{self.filename}: holds no frame')
        numbers = sorted(names)
        for number, following in zip(numbers, numbers[1:], strict=False):
            if following != number + 1:
                raise VideoDecodeError(
                    f'{self.filename}: frame {number + 1} is missing, between '
                    f'{names[number]} and {names[following]}'
                )
        return [names[number] for number in numbers]

    def stream(self, frame_inds: Iterable[int]) -> Iterator[np.ndarray]:
        """Decode images one at a time; see `FrameReader.stream`."""
        for index in frame_inds:
            yield self._read_image(self._names[index])

    def _read_image(self, name: str) -> np.ndarray:
        with open(os.path.join(self.filename, name), 'rb') as file:
            image = decode_image(file.read(), f'{self.filename}: {name}')
        first, shape = self._first_read = self._first_read or (name, image.shape)
        if image.shape != shape:
            raise VideoDecodeError(
                f'{self.filename}: {name} is {image.shape[1]}x{image.shape[0]}, '
                f'{first} is {shape[1]}x{shape[0]}'
            )
        return image


def decode_image(encoded: bytes, name: str) -> np.ndarray:
    """Decode a JPEG or PNG image to ``(H, W, 3)`` uint8, RGB.

    Raises:
        VideoDecodeError: It is none, or cut short; starts with ``name``.
    """
    # Not cv2.imread, which fills up a JPEG that is cut short with gray.
    data = np.frombuffer(encoded, np.uint8)
    image = cv2.imdecode(data, cv2.IMREAD_COLOR) if encoded else None
    if image is None:
        raise VideoDecodeError(f'{name} cannot be decoded')
    return image[..., ::-1]


def open_video(filename: str | os.PathLike, num_threads: int = 1) -> FrameReader:
    """Open a video file, or a folder of numbered images as a video.

    Args:
        filename: Of either.
        num_threads: Of a file's decoder.

    Raises:
        VideoDecodeError: It cannot be read.
    """
    if os.path.isdir(filename):
        return ImageFolder(filename)
    return Video(filename, num_threads)
