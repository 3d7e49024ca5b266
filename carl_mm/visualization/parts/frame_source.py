"""Frames to draw: an array that holds them, or an opened video that is streamed."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np

from carl_mm.datasets.video_io.frame_reader import FrameReader

FrameSource: TypeAlias = np.ndarray | FrameReader
MAX_HELD_BYTES = 2**27


def check_frames(frames: FrameSource, name: str) -> tuple[int, int, int]:
    """Return the number, the height and the width of frames.

    Args:
        frames: ``(T, H, W, 3)`` uint8 RGB, or an opened video.
        name: Name of the frames in error messages.

    Raises:
        ValueError: An array is of another form.
        VideoDecodeError: The video cannot be decoded.
    """
    if isinstance(frames, FrameReader):
        height, width = next(iter(frames.stream([0]))).shape[:2]
        return frames.num_frames, height, width
    if frames.ndim != 4 or frames.shape[-1] != 3 or frames.dtype != np.uint8:
        raise ValueError(
            f'{name} must be (T, H, W, 3) uint8, got {frames.shape} {frames.dtype}'
        )
    return frames.shape[0], frames.shape[1], frames.shape[2]


def frames_in_order(
    frames: FrameSource, inds: Sequence[int], max_held_bytes: int = MAX_HELD_BYTES
) -> Iterator[np.ndarray]:
    """Yield frames in any order, holding one at a time if they ascend, else a few.

    Args:
        frames: ``(T, H, W, 3)`` uint8 RGB, or an opened video.
        inds: Indices of the frames; they may repeat.
        max_held_bytes: Size of the frames of a video that are held at a time where
            they do not ascend.

    Yields:
        ``(H, W, 3)`` uint8 RGB.

    Raises:
        VideoDecodeError: The video cannot be decoded.
    """
    if not isinstance(frames, FrameReader):
        yield from (frames[index] for index in inds)
        return
    places = np.asarray(inds, dtype=np.int64)
    if (np.diff(places) >= 0).all():
        counts = np.unique(places, return_counts=True)
        stream = frames.stream(counts[0].tolist())
        for picture, count in zip(stream, counts[1].tolist(), strict=True):
            for _ in range(count):
                yield picture
        return
    size = next(iter(frames.stream([0]))).nbytes
    length = max(1, max_held_bytes // size)
    for start in range(0, len(places), length):
        yield from _read(frames, places[start : start + length])


def _read(frames: FrameReader, places: np.ndarray) -> Iterator[np.ndarray]:
    unique, inverse = np.unique(places, return_inverse=True)
    # Copied, as a reader may use the memory of a frame again.
    held = list(map(np.array, frames.stream(unique.tolist())))
    yield from (held[index] for index in inverse.tolist())


def watched(
    pictures: Iterable[np.ndarray],
    count: int,
    on_progress: Callable[[float], Any] | None,
) -> Iterator[np.ndarray]:
    """Yield pictures, and tell of each when it has been taken.

    Args:
        pictures: Pictures, ``(H, W, 3)`` uint8 RGB.
        count: How many there are.
        on_progress: Called with the share of all that each is; None for nobody.
    """
    for picture in pictures:
        yield picture
        if on_progress is not None:
            on_progress(1 / count)
