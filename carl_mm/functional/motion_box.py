"""A square around where a video moves, the same for all of its frames."""

from collections import deque
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from carl_mm.functional._inputs import Floats

MAX_FRAMES = 1000
LAG_SHARE = 40  # a frame is compared with the one a 40th of the video later
NOISE_LEVELS = 4  # grey levels that a still picture may differ by
MOST_LEVELS = 40  # a change counts no more than this, however strong
TAIL = 0.03  # share of the motion that lies beyond each end of a span
MARGIN = 1.2  # the square's side, in spans
LEAST_SIDE = 0.35  # of the picture's short side


def motion_frames(num_frames: int, max_frames: int = MAX_FRAMES) -> tuple[range, int]:
    """Choose which frames of a video to look at for motion, and which to compare.

    All frames of a short video; evenly spread ones of a long video, so that each serves
    for two comparisons and a reader may jump between them.

    Args:
        num_frames: Number of frames of the video, T >= 1.
        max_frames: Largest number of frames to look at, >= 1.

    Returns:
        The indices of the frames, and how many places apart in them the frames to
        compare are, at least 1: about T / 40 frames of the video.

    Raises:
        ValueError: A number is below 1.

    Examples:
        >>> motion_frames(200)
        (range(0, 200), 5)
        >>> motion_frames(100_000)
        (range(0, 100000, 100), 25)
    """
    if num_frames < 1 or max_frames < 1:
        raise ValueError(
            'num_frames and max_frames must be at least 1, got '
            f'{num_frames} and {max_frames}'
        )
    step = -(-num_frames // max_frames)
    lag = max(1, round(num_frames // LAG_SHARE / step))
    return range(0, num_frames, step), lag


def motion_map(frames: Iterable[npt.NDArray[np.uint8]], lag: int) -> Floats:
    """Average how much each pixel changes; only ``lag`` frames are held at a time.

    The absolute difference of two frames, less twice its median over the picture (which
    is noise, or a change of light) and 4 levels, counts where it is positive, up to 40.

    Args:
        frames: Small grey frames, each ``(h, w)`` uint8.
        lag: Number of places from a frame to the one it is compared with, >= 1.

    Returns:
        ``(h, w)``, in grey levels from 0 to 40; 0 with ``lag`` frames or fewer.

    Raises:
        ValueError: There is no frame, frames differ in size or are not grey uint8, or
            ``lag`` is below 1.

    Examples:
        >>> still, moved = np.zeros((2, 3), np.uint8), np.zeros((2, 3), np.uint8)
        >>> moved[0, 1], moved[1, 2] = 10, 200
        >>> motion_map([still, moved, moved], lag=1)
        array([[ 0.,  3.,  0.],
               [ 0.,  0., 20.]])
    """
    if lag < 1:
        raise ValueError(f'lag must be at least 1, got {lag}')
    held: deque[npt.NDArray[np.int16]] = deque()
    total, num_pairs = np.zeros((0, 0)), 0
    for index, frame in enumerate(frames):
        if index == 0:
            total = np.zeros(frame.shape)
        if frame.ndim != 2 or not frame.size or frame.dtype != np.uint8:
            raise ValueError(
                f'frame {index}: must be (h, w) uint8, got {frame.shape} {frame.dtype}'
            )
        if frame.shape != total.shape:
            raise ValueError(
                f'frame {index}: is {frame.shape}, the first one {total.shape}'
            )
        held.append(frame.astype(np.int16))
        if len(held) > lag:
            change = np.abs(held[-1] - held.popleft())
            change = change - (2 * np.median(change) + NOISE_LEVELS)
            total += change.clip(0, MOST_LEVELS)
            num_pairs += 1
    if not total.size:
        raise ValueError('no frame to find motion in')
    return total / max(1, num_pairs)


def motion_box(motion: Floats, height: int, width: int) -> tuple[int, int, int]:
    """Put a square around most of a video's motion.

    Its side is 1.2 times the longer of the spans that hold the middle 94% of the motion
    down and across the picture, at least 0.35 of the picture's short side and at most
    its long side. It is centred on both spans and moved into the picture. On an axis
    where it is longer than the picture, it is centred on the picture.

    Args:
        motion: How much moves where, ``(h, w)``, >= 0, of the picture made smaller.
        height: Height of the picture, in pixels.
        width: Width of the picture, in pixels.

    Returns:
        (top, left, side) in pixels of the picture; top or left is negative where the
        square is longer than the picture. Where nothing moves, the central square.

    Raises:
        ValueError: ``motion`` is not (h, w), is empty, negative, NaN or infinite, or
            the picture has no pixel.

    Examples:
        >>> motion = np.zeros((9, 16))
        >>> motion_box(motion, 90, 160)
        (0, 35, 90)
        >>> motion[4:7, 0:5] = 1.0
        >>> motion_box(motion, 90, 160)
        (25, 0, 60)
    """
    if motion.ndim != 2 or not motion.size or height < 1 or width < 1:
        raise ValueError(
            'motion must be (h, w), and the picture have a pixel, got '
            f'{motion.shape} and {height} x {width}'
        )
    if not np.isfinite(motion).all() or motion.min() < 0:
        raise ValueError('motion must be finite and at least 0')
    if not motion.any():
        side = min(height, width)
        return (height - side) // 2, (width - side) // 2, side
    top, bottom = (height * share for share in _span(motion.sum(axis=1)))
    left, right = (width * share for share in _span(motion.sum(axis=0)))
    wanted = MARGIN * max(bottom - top, right - left)
    wanted = max(wanted, LEAST_SIDE * min(height, width))
    side = max(1, round(min(wanted, max(height, width))))
    down = _start((top + bottom) / 2, side, height)
    return down, _start((left + right) / 2, side, width), side


def _span(mass: Floats) -> tuple[float, float]:
    """Return where the middle of the mass starts and ends, in shares of the length."""
    shares = np.cumsum(mass) / mass.sum()
    first, last = np.searchsorted(shares, (TAIL, 1 - TAIL))
    return float(first / len(mass)), float((last + 1) / len(mass))


def _start(centre: float, side: int, length: int) -> int:
    if side > length:
        return (length - side) // 2
    return min(max(0, round(centre - side / 2)), length - side)
