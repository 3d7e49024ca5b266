"""A video that is in memory already."""

from collections.abc import Iterable, Iterator

import numpy as np

from carl_mm.datasets.video_io.frame_reader import FrameReader


class ArrayVideo(FrameReader):
    """An array that is read like a video file.

    Args:
        frames: RGB frames, ``(T, H, W, 3)`` uint8.
        fps: Frames per second, > 0.

    Raises:
        ValueError: Wrong shape or dtype, no frame, or ``fps`` <= 0.
    """

    filename = 'array'

    def __init__(self, frames: np.ndarray, fps: float) -> None:
        is_rgb = frames.ndim == 4 and frames.shape[3] == 3 and frames.size > 0
        if not is_rgb or frames.dtype != np.uint8:
            raise ValueError(
                'a video given as an array must be (T, H, W, 3) uint8, RGB, got '
                f'{frames.shape} {frames.dtype}'
            )
        if not fps > 0:
            raise ValueError(f'fps must be > 0, got {fps}')
        self.frames = frames
        self.num_frames = len(frames)
        self.fps = float(fps)
        self.timestamps = np.arange(self.num_frames) / self.fps

    def stream(self, frame_inds: Iterable[int]) -> Iterator[np.ndarray]:
        """Yield frames one at a time; see `FrameReader.stream`."""
        for index in frame_inds:
            yield self.frames[index]
