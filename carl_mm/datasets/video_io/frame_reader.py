"""The interface of an opened video."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np


class VideoDecodeError(ValueError):
    """A video cannot be read; the message starts with its path and says why."""


class FrameReader(ABC):
    """A video opened by `open_video`; it can be pickled for other processes.

    Attributes:
        filename: Path of the file or the folder.
        num_frames: Number of frames, at least 1.
        fps: Frames per second, measured: (frames - 1) / (last - first time stamp).
        timestamps: ``(num_frames,)`` float64, seconds after the first frame at which
            each is shown, strictly ascending from 0.
        start_time: When the first frame is shown by the container's own clock, in
            seconds; players count from the container's start.
        is_cut: Whether the file lacks its end.
        notes: What is unusual about the file, a clause each.
        num_threads: Number of the decoder's threads.
    """

    filename: str
    num_frames: int
    fps: float
    timestamps: np.ndarray

    num_threads: int = 1
    start_time: float = 0.0
    is_cut: bool = False
    notes: tuple[str, ...] = ()

    @abstractmethod
    def stream(self, frame_inds: Iterable[int]) -> Iterator[np.ndarray]:
        """Decode frames one at a time.

        Args:
            frame_inds: Ascending indices in [0, num_frames), none of them twice.

        Yields:
            ``(H, W, 3)`` uint8, RGB.

        Raises:
            VideoDecodeError: A frame is damaged.
        """

    def read(self, frame_inds: Any) -> np.ndarray:
        """Decode frames into one array; a frame asked for twice is decoded once.

        Args:
            frame_inds: ``(N,)`` indices in [0, num_frames), in any order.

        Returns:
            ``(N, H, W, 3)`` uint8, RGB.

        Raises:
            VideoDecodeError: A frame is damaged.
        """
        unique, inverse = np.unique(np.asarray(frame_inds), return_inverse=True)
        frames = np.stack(list(self.stream(unique.tolist())))
        in_order = np.array_equal(inverse, np.arange(len(unique)))
        return frames if in_order else frames[inverse]
