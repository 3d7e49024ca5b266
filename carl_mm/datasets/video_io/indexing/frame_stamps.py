"""From a file's time stamps to the times of its frames and its rate."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

UNKNOWN_FPS = 25.0  # of a file that tells neither times nor a rate


def frame_seconds(
    stamps: Sequence[int | None],
    unit: Fraction | None,
    claimed_fps: float | None,
    is_reordered: bool = False,
) -> tuple[np.ndarray, str]:
    """Return when frames are shown, from the first on.

    Args:
        stamps: Time stamp of each frame in the order of the file; None where it has
            none.
        unit: Unit of the stamps, in seconds.
        claimed_fps: Frames per second that the file claims; for frames without stamps.
        is_reordered: Whether the stamps are the frames', but in another order, as AVI
            has it. If not, times that go back begin a recording that was joined on: it
            follows the one before it after the usual time.

    Returns:
        ``(T,)`` float64, in seconds, strictly ascending from 0; and what had to be made
        up, empty if nothing.
    """
    step = 1 / (claimed_fps or UNKNOWN_FPS)
    counted = np.arange(len(stamps)) * step
    known = [stamp for stamp in stamps if stamp is not None]
    if unit is None or len(known) < len(stamps) or not known:
        return counted, 'has no time stamps: its frames are counted at its rate'
    times = np.array(known, dtype=np.int64)
    if is_reordered:
        times = np.sort(times)
        if len(times) > 1 and not np.diff(times).all():
            return counted, ''
    gaps = np.diff(times) * float(unit)
    onward = gaps > 0
    if onward.all():
        return (times - times[0]) * float(unit), ''
    gaps[~onward] = np.median(gaps[onward]) if onward.any() else step
    times_s = np.concatenate([[0.0], np.cumsum(gaps)])
    return times_s, (
        f'its time stamps do not ascend ({np.count_nonzero(~onward)} steps): its parts '
        'are taken one after the other'
    )


def measured_fps(times: np.ndarray, claimed_fps: float | None) -> float:
    """Return (frames - 1) / (last time - first time): what a file claims may be wrong.

    Args:
        times: ``(T,)`` seconds, strictly ascending.
        claimed_fps: Frames per second that the file claims, for a single frame.
    """
    if len(times) > 1:
        rate = (len(times) - 1) / (times[-1] - times[0])
        return float(f'{rate:.12g}')  # 25, not 24.999999999999996
    return claimed_fps or UNKNOWN_FPS
