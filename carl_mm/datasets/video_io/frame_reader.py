"""What every opened video offers."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np


class VideoDecodeError(ValueError):
    """A video that cannot be read; the message names the file and why."""


class FrameReader(ABC):
    """A video opened for reading by `open_video`; it can be sent to other processes.

    Attributes:
        filename: Of the file or the folder.
        num_frames: At least 1.
        fps: Frames a second, averaged over the video.
        timestamps: ``(num_frames,)`` float64, seconds, when each frame is presented
            by the container's clock.
    """

    filename: str
    num_frames: int
    fps: float
    timestamps: np.ndarray

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
