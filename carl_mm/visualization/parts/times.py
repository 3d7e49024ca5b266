"""Times of a video's frames, for the axes of figures."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

STEADY_S = 0.001  # a rate is steady if no frame is farther from its place


class TimedEmbedding(Protocol):
    """The part of a `carl_mm.apis.VideoEmbedding` that figures read."""

    @property
    def filename(self) -> str:
        """Path of the video."""

    @property
    def embeddings(self) -> np.ndarray:
        """Embeddings of its frames, ``(T, D)``."""

    @property
    def timestamps(self) -> np.ndarray:
        """When its frames are shown, ``(T,)`` in seconds."""

    @property
    def fps(self) -> float:
        """Frames per second."""


@dataclass(frozen=True)
class FrameTimes:
    """When each frame of a video is shown.

    Attributes:
        starts: ``(T,)`` float64, when each frame is first shown, ascending.
        end: When the last frame ends.
        unit: Unit of all times, 's' or 'frames'.
    """

    starts: np.ndarray
    end: float
    unit: str

    @property
    def duration(self) -> float:
        """Time from the start of the first frame to the end of the last."""
        return float(self.end - self.starts[0])

    @property
    def ends(self) -> np.ndarray:
        """When each frame ends, ``(T,)``."""
        return np.append(self.starts[1:], self.end)

    def frames_at(self, count: int) -> np.ndarray:
        """Find the frames in the middle of ``count`` equal parts, ``(count,)``."""
        at = self.starts[0] + (np.arange(count) + 0.5) / count * self.duration
        shown = np.searchsorted(self.starts, at, side='right') - 1
        return np.asarray(np.maximum(shown, 0))


def frame_times(
    num_frames: int,
    fps: float | None = None,
    timestamps: Any = None,
    name: str = 'timestamps',
) -> FrameTimes:
    """Find the times of a video's frames, by its time stamps, else its rate.

    Args:
        num_frames: Number of frames T, > 0.
        fps: Frames per second; without it and time stamps, frames are counted.
        timestamps: ``(T,)`` in seconds, ascending. The last frame lasts 1 / fps, or
            as long as the one before it.
        name: Name of the time stamps in error messages.

    Raises:
        ValueError: There is no frame, the rate is not positive, or time stamps are not
            one per frame, not finite or descend.
    """
    if num_frames < 1:
        raise ValueError(f'{name}: a video of {num_frames} frames cannot be drawn')
    if fps is not None and not fps > 0:
        raise ValueError(f'frames per second must be positive, got {fps}')
    if timestamps is None:
        step = 1.0 if fps is None else 1 / fps
        unit = 'frames' if fps is None else 's'
        return FrameTimes(np.arange(num_frames) * step, num_frames * step, unit)
    starts = np.asarray(timestamps, dtype=np.float64)
    if starts.shape != (num_frames,):
        raise ValueError(
            f'{name} must hold one time per frame ({num_frames}), got {starts.shape}'
        )
    if not np.isfinite(starts).all() or (np.diff(starts) < 0).any():
        raise ValueError(f'{name} must ascend and be finite')
    last = 1.0 if num_frames < 2 else float(starts[-1] - starts[-2])
    return FrameTimes(starts, float(starts[-1] + (1 / fps if fps else last)), 's')


def uneven_times(times: FrameTimes, fps: float, speed: float) -> np.ndarray | None:
    """Return when frames begin and the last one ends, or None at a steady rate.

    Args:
        times: When frames are shown, in seconds.
        fps: The steady rate, in frames per second.
        speed: By which the times are divided.
    """
    starts = np.append(times.starts, times.end) - times.starts[0]
    if np.abs(starts - np.arange(len(starts)) / fps).max() <= STEADY_S:
        return None
    return np.asarray(starts / speed)


def unpack_video(video: Any) -> tuple[np.ndarray, Any, float | None, str]:
    """Unpack embeddings, time stamps, rate and name of a `TimedEmbedding` or array."""
    if hasattr(video, 'embeddings'):
        name = Path(video.filename).name
        return video.embeddings, video.timestamps, video.fps, name
    return np.asarray(video), None, None, ''
