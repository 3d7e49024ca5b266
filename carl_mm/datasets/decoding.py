"""Read the frames that are needed, and no more, from video files."""

import os
import re
from collections.abc import Iterator
from typing import Any

import decord
import numpy as np


class VideoDecodeError(ValueError):
    """A video file that cannot be read; the message names the file and why."""


class Video:
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

    @property
    def fps(self) -> float:
        """Frames a second, averaged over the video."""
        return float(self._reader.get_avg_fps())

    def read(self, frame_inds: Any) -> np.ndarray:
        """Decode frames in one call, each distinct one once.

        Args:
            frame_inds: ``(N,)`` integers in [0, num_frames), in any order.

        Returns:
            ``(N, H, W, 3)`` uint8, RGB.

        Raises:
            VideoDecodeError: A frame is damaged.
        """
        unique, inverse = np.unique(np.asarray(frame_inds), return_inverse=True)
        try:
            frames = self._reader.get_batch(unique).asnumpy()
        except (RuntimeError, decord.DECORDError) as error:
            raise VideoDecodeError(self._describe(error)) from error
        in_order = np.array_equal(inverse, np.arange(len(unique)))
        return frames if in_order else frames[inverse]

    def chunks(self, chunk_size: int) -> Iterator[np.ndarray]:
        """Decode the whole video in order, ``chunk_size`` frames at a time."""
        for start in range(0, self.num_frames, chunk_size):
            yield self.read(range(start, min(start + chunk_size, self.num_frames)))

    def _describe(self, error: Exception) -> str:
        line = next(iter(str(error).strip().splitlines()), type(error).__name__)
        reason = re.sub(r'^.*\.cc:\d+: ', '', line)  # the place in decord's sources
        return f'{self.filename}: cannot be decoded ({reason})'
