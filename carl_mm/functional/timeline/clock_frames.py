"""From times of a clock back to a video's frames."""

import numpy as np

from carl_mm.functional._inputs import Floats, Ints

MATCHED = 0.5  # least probability of what counts as matched


def inverse(ascending: Floats, values: Floats, at: Floats) -> Floats:
    """Interpolate what belongs to places of an ascending map.

    Args:
        ascending: Places, ``(T,)``, ascending.
        values: What belongs to them, ``(T,)``.
        at: Places to look at, ``(E,)``; outside, the first or last value counts.

    Returns:
        ``(E,)``.
    """
    found: Floats = np.interp(at, climbing(ascending), values)
    return found


def climbing(ascending: Floats) -> Floats:
    """Part equal places, so that each belongs to one frame."""
    apart = 1e-9 * max(1.0, float(ascending[-1]))
    return ascending + np.arange(len(ascending)) * apart


def frames_on_clock(clock_times: Floats, matched: Floats, at: Floats) -> Ints:
    """Find the frames of a video at moments of the clock.

    Args:
        clock_times: When each frame is on the clock, ``(T,)``, ascending.
        matched: Probability that it has a counterpart, ``(T,)``; frames below
            `MATCHED` are found for no moment.
        at: Moments, ``(E,)``; those outside get the first or last such frame.

    Returns:
        ``(E,)``; -1 if no frame has a counterpart.
    """
    own = np.flatnonzero(matched >= MATCHED)
    if not len(own):
        return np.full(len(at), -1, dtype=np.int64)
    return _rounded(inverse(clock_times[own], own.astype(np.float64), at))


def frames_shown(times: Floats, timestamps: Floats) -> Ints:
    """Find the frame nearest to each of a video's own times.

    Args:
        times: ``(K,)`` seconds, NaN where there is none.
        timestamps: Time stamps of the frames, ``(T,)`` seconds, ascending.

    Returns:
        ``(K,)``; -1 where there is no time.
    """
    frames = np.arange(len(timestamps), dtype=np.float64)
    found = np.interp(times, climbing(timestamps), frames)
    return _rounded(np.where(np.isnan(times), np.nan, found))


def _rounded(frames: Floats) -> Ints:
    whole: Ints = np.rint(np.where(np.isnan(frames), -1, frames)).astype(np.int64)
    return whole
