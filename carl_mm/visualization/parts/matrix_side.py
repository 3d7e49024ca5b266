"""One side of a similarity matrix: a video, its cells and its axis."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from carl_mm.visualization.parts.phases import check_labels, shorten
from carl_mm.visualization.parts.times import FrameTimes, frame_times, unpack_video

MAX_TITLE_CHARACTERS = 40
MAX_CELLS_A_SIDE = 2000  # more than a screen shows


@dataclass(frozen=True)
class MatrixSide:
    """One video of a similarity matrix.

    Attributes:
        unit: ``(T, D)`` float32 embeddings of length 1.
        labels: ``(T,)`` int64, -1 where unlabelled, or None.
        times: ``(T,)``, when each frame is shown.
        cells: Indices of the frames that are drawn, in order.
        extent: Ends of the axis.
        axis_label: Text beside the axis.
    """

    unit: np.ndarray
    labels: np.ndarray | None
    times: np.ndarray
    cells: np.ndarray
    extent: tuple[float, float]
    axis_label: str


def matrix_side(
    letter: str, video: Any, labels: Any, fps: float | None, stamps: Any, title: str
) -> MatrixSide:
    """Check the arguments of `similarity_figure` for one of its videos.

    Args:
        letter: 'a' or 'b', used in error messages.
        video: Embeddings ``(T, D)``, or a `TimedEmbedding`.
        labels: ``(T,)`` integers, negative where unlabelled, or None.
        fps: Frames per second, or None.
        stamps: ``(T,)`` time stamps in seconds, or None.
        title: Name of the video; by default its own, if it has one.

    Raises:
        ValueError: Sizes do not fit, or a value is not finite.
    """
    array, own_stamps, own_fps, own_title = unpack_video(video)
    unit = _normalise(array, f'embedding_{letter}')
    times = frame_times(
        len(unit),
        own_fps if fps is None else fps,
        own_stamps if stamps is None else stamps,
        f'timestamps_{letter}',
    )
    title = shorten(title or own_title or f'video {letter}', MAX_TITLE_CHARACTERS)
    if labels is not None:
        labels = check_labels(labels, len(unit), f'labels_{letter}')
    cells, extent = _cells(times)
    axis_label = f'{title}, time ({times.unit})'
    return MatrixSide(unit, labels, times.starts, cells, extent, axis_label)


def _cells(times: FrameTimes) -> tuple[np.ndarray, tuple[float, float]]:
    """Find the frames nearest to evenly spaced times, and the ends of the axis.

    A cell is centred on the time of its frame; if all frames last equally long, each
    has one cell.
    """
    gaps = np.diff(times.starts, append=times.end)
    low = float(times.starts[0] - gaps[0] / 2)
    high = float(times.starts[-1] + gaps[-1] / 2)
    least = gaps[gaps > 0].min(initial=np.inf)
    count = int(np.clip(np.rint((high - low) / least), 1, MAX_CELLS_A_SIDE))
    at = low + (np.arange(count) + 0.5) / count * (high - low)
    middles = (times.starts[1:] + times.starts[:-1]) / 2
    return np.searchsorted(middles, at, side='right'), (low, high)


def _normalise(embedding: np.ndarray, name: str) -> np.ndarray:
    """Scale rows to length 1, as float32."""
    array = np.asarray(embedding, dtype=np.float32)
    if array.ndim != 2 or len(array) == 0:
        raise ValueError(f'{name} must be (T, D) with T > 0, got {array.shape}')
    if not np.isfinite(array).all():
        frame = int(np.flatnonzero(~np.isfinite(array).all(axis=1))[0])
        raise ValueError(f'{name} is not finite at frame {frame}')
    lengths = np.linalg.norm(array, axis=1, keepdims=True)
    unit: np.ndarray = array / np.maximum(lengths, np.finfo(np.float32).tiny)
    return unit
