"""An evaluated video, as the figures need it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from carl_mm.datasets.video_io.open_video import FrameReader, open_video
from carl_mm.datasets.video_io.shrinking import shrink
from carl_mm.visualization.parts.times import FrameTimes, frame_times


@dataclass
class TestedVideo:
    """A video with its embedding and labels.

    Attributes:
        filename: Path of the video.
        embedding: ``(T, D)`` float32, L2-normalized.
        labels: ``(T,)`` int64, -1 where unlabelled.
        fps: Frames per second.
    """

    __test__ = False  # no test case, for all its name

    filename: str
    embedding: np.ndarray
    labels: np.ndarray
    fps: float

    @property
    def name(self) -> str:
        """Name of the file without its ending, for captions."""
        return Path(self.filename).stem

    @classmethod
    def from_prediction(cls, prediction: Any) -> 'TestedVideo':
        """Take a data sample, or its dict as `tools/test.py --dump` writes it."""
        embedding = prediction.get('pred_embedding').float().cpu().numpy()
        labels = prediction.get('gt_label')
        return cls(
            filename=str(prediction.get('filename')),
            embedding=embedding,
            labels=np.full(len(embedding), -1)
            if labels is None
            else labels.cpu().numpy(),
            fps=float(prediction.get('fps')),
        )

    @cached_property
    def reader(self) -> FrameReader:
        """The opened video."""
        return open_video(self.filename)

    @cached_property
    def times(self) -> FrameTimes:
        """When its frames are shown, by the time stamps of the file."""
        return frame_times(
            len(self.embedding), self.fps, self.reader.timestamps, self.filename
        )

    def read(self, frames: Sequence[int], max_height: int = 480) -> list[np.ndarray]:
        """Decode some frames, shrunk to at most ``max_height`` pixels.

        Args:
            frames: Indices of the frames, in any order.
            max_height: Largest height, in pixels.

        Raises:
            VideoDecodeError: The video cannot be decoded; names it.
        """
        unique = sorted(set(frames))
        stream = (shrink(frame, max_height) for frame in self.reader.stream(unique))
        # Copied, as a reader may use the memory of a frame again.
        small = dict(zip(unique, map(np.array, stream), strict=True))
        return [small[index] for index in frames]

    def caption(self, frame: int, phases: Sequence[str] | None) -> str:
        """Return the time of a frame, and its phase if it has a name."""
        text = f'{self.times.starts[frame]:.2f} s'
        label = int(self.labels[frame])
        if phases and label >= 0:
            text += f', {phases[label]}'
        return text
