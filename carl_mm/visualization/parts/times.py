"""When the frames of a video are shown, for the axes of pictures."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np


class TimedEmbedding(Protocol):
    """What the pictures read of a `carl_mm.apis.VideoEmbedding`."""

    @property
    def filename(self) -> str:
        """Of the video."""

    @property
    def embeddings(self) -> np.ndarray:
        """``(T, D)``."""

    @property
    def timestamps(self) -> np.ndarray:
        """``(T,)``, seconds."""

    @property
    def fps(self) -> float:
        """Frames a second."""


@dataclass(frozen=True)
class FrameTimes:
    """When each frame of a video is shown.

    Attributes:
        starts: ``(T,)`` float64, ascending.
        end: When the last frame gives way.
        unit: 's' or 'frames'.
    """

    starts: np.ndarray
    end: float
    unit: str

    @property
    def duration(self) -> float:
        """From the first frame's start to the end."""
        return float(self.end - self.starts[0])

    @property
    def ends(self) -> np.ndarray:
        """When each frame gives way to the next, ``(T,)``."""
        return np.append(self.starts[1:], self.end)

    def frames_at(self, count: int) -> np.ndarray:
        """Frame shown in the middle of each of ``count`` equal parts, ``(count,)``."""
        at = self.starts[0] + (np.arange(count) + 0.5) / count * self.duration
        return np.maximum(np.searchsorted(self.starts, at, side='right') - 1, 0)


def frame_times(
    num_frames: int,
    fps: float | None = None,
    timestamps: Any = None,
    name: str = 'timestamps',
) -> FrameTimes:
    """Times of a video's frames: its time stamps, else by its rate, else frames.

    Args:
        num_frames: T, > 0.
        fps: Frames a second.
        timestamps: ``(T,)`` in seconds, ascending. The last frame lasts 1 / fps, or
            as long as the one before it.
        name: Of the time stamps, for the message.

    Raises:
        ValueError: No frame, a rate that is not positive, or time stamps that are not
            one a frame, not finite or descend.
    """
    if num_frames < 1:
        raise ValueError(f'{name}: a video of {num_frames} frames cannot be drawn')
    if fps is not None and not fps > 0:
        raise ValueError(f'frames a second must be positive, got {fps}')
    if timestamps is None:
        step = 1.0 if fps is None else 1 / fps
        unit = 'frames' if fps is None else 's'
        return FrameTimes(np.arange(num_frames) * step, num_frames * step, unit)
    starts = np.asarray(timestamps, dtype=np.float64)
    if starts.shape != (num_frames,):
        raise ValueError(
            f'{name} must hold a time a frame: {num_frames} frames, got {starts.shape}'
        )
    if not np.isfinite(starts).all() or (np.diff(starts) < 0).any():
        raise ValueError(f'{name} must ascend and be finite')
    last = 1.0 if num_frames < 2 else float(starts[-1] - starts[-2])
    return FrameTimes(starts, float(starts[-1] + (1 / fps if fps else last)), 's')


def unpack_video(video: Any) -> tuple[np.ndarray, Any, float | None, str]:
    """Embeddings, time stamps, rate and name of a video, or of bare ``(T, D)``."""
    if hasattr(video, 'embeddings'):
        name = Path(video.filename).name
        return video.embeddings, video.timestamps, video.fps, name
    return np.asarray(video), None, None, ''
