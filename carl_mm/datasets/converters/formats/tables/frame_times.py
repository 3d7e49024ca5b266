"""Frames and the times at which they are shown."""

import numpy as np

SLACK_S = 1.0  # players round, and sound may last longer than the pictures


def frames_between(
    start_s: float, end_s: float, timestamps: np.ndarray
) -> tuple[int, int]:
    """Return the first and the last frame of a span of time.

    A frame is shown until the next one begins, the last one for the mean or the median
    of these times, whichever is shorter. A frame is part of the span if the middle of
    the time for which it is shown is: so spans that meet share no frame and leave none
    out, and times may be rounded to any decimal that tells frames apart.

    Args:
        start_s: Start of the span, in seconds from the first frame.
        end_s: End of the span, in seconds from the first frame.
        timestamps: When each frame begins to be shown, ``(T,)`` in seconds, ascending.

    Raises:
        ValueError: There is no such frame, or the span ends more than a second past
            the end; the message is a clause.
    """
    starts = timestamps - timestamps[0]
    gaps = _gaps(starts)
    length = starts[-1] + max(np.mean(gaps), np.median(gaps))
    if end_s > length + SLACK_S:
        raise ValueError(
            f'end_s {end_s:g} is past the end: the video lasts {length:.2f} s'
        )
    first, after = np.searchsorted(_middles(starts), (start_s, end_s)).tolist()
    if first == after:
        raise ValueError(f'there is no frame from {start_s:g} to {end_s:g} s')
    return first, after - 1


def span_between(
    first: int, last: int, timestamps: np.ndarray, fps: float, decimals: int = 3
) -> tuple[float, float]:
    """Return when a run of frames is shown, so that `frames_between` finds it again.

    It is shown from the time stamp of its first frame until that of the frame after
    its last one; the video's last frame is shown for 1 / fps. Where rounding leads to
    another frame, the nearest time that does not is taken.

    Args:
        first: First frame of the run.
        last: Last frame of the run, included.
        timestamps: ``(T,)`` in seconds, as for `frames_between`.
        fps: Frames per second.
        decimals: Number of decimals of the times.

    Returns:
        Start and end, in seconds from the first frame.

    Raises:
        ValueError: Frames are shown for too short a time to be told apart.
    """
    starts = timestamps - timestamps[0]
    middles = _middles(starts)
    starts = np.append(starts, starts[-1] + 1 / fps)

    def begin(frame: int) -> float:
        after = middles[frame - 1] if frame else -np.inf
        until = middles[frame] if frame < len(middles) else np.inf
        step = 10.0**-decimals
        lowest = 0.0 if frame == 0 else (np.floor(after / step) + 1) * step
        for time in (float(starts[frame]), float(lowest)):
            if after < (rounded := round(time, decimals)) <= until:
                return rounded
        raise ValueError(
            f'frame {frame} begins less than {step:g} s from the next one: times with '
            f'{decimals} decimals do not tell them apart'
        )

    return begin(first), begin(last + 1)


def _gaps(starts: np.ndarray) -> np.ndarray:
    return np.diff(starts) if len(starts) > 1 else np.zeros(1)


def _middles(starts: np.ndarray) -> np.ndarray:
    """Return the middle of the time for which each frame is shown."""
    gaps = _gaps(starts)
    # Of a rate that varies the mean may be long: what ends before it has the frame.
    shown = min(np.mean(gaps), np.median(gaps))
    return starts + np.append(np.diff(starts), shown) / 2
