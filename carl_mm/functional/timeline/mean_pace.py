"""A clock that runs at the mean pace of many videos, and how much they differ from it.

Times are ``(V, K)``: when each of V videos shows each of K moments, in seconds, NaN
where it does not.
"""

import warnings

import numpy as np

from carl_mm.functional._inputs import Floats

LEAST_STEP = 1e-3  # of the median step: no two moments are at one time
WINDOW = 40  # the share of the moments over which a pace is taken, on each side
SLOWEST = 1 / 16  # pace below which a video counts as standing still


def mean_pace_clock(times: Floats) -> Floats:
    """Give each moment a time such that the videos pass it at pace 1 on average.

    The step from one moment to the next is the mean of the videos' own steps, over
    those that have both moments. So the clock neither drags nor hurries because a
    prototype does, and lasts as long as the videos do on average.

    Args:
        times: ``(V, K)``, see above; ascending but for the NaN.

    Returns:
        ``(K,)`` seconds, from 0, strictly ascending.
    """
    steps = _nan_mean(np.diff(times, axis=1))
    usual = float(np.nanmedian(steps)) if np.isfinite(steps).any() else 1.0
    usual = usual if usual > 0 else 1.0
    steps = np.maximum(np.where(np.isnan(steps), usual, steps), LEAST_STEP * usual)
    return np.concatenate([[0.0], np.cumsum(steps)])


def pace_spread(times: Floats, clock: Floats) -> Floats:
    """Measure how differently fast the videos pass each moment.

    Args:
        times: ``(V, K)``, see above.
        clock: ``(K,)`` seconds, strictly ascending.

    Returns:
        ``(K,)``: mean absolute deviation from the median of log2 of the videos' paces,
        own seconds for each second of the clock. 1 means that on average they are
        twice or half as fast. NaN where fewer than two videos tell.
    """
    moments = np.arange(len(clock))
    reach = max(1, len(clock) // WINDOW)
    first = np.maximum(moments - reach, 0)
    last = np.minimum(moments + reach, len(clock) - 1)
    gone = np.maximum(clock[last] - clock[first], np.finfo(float).tiny)
    pace = (times[:, last] - times[:, first]) / gone
    _, deviation = middle_and_deviation(np.log2(np.maximum(pace, SLOWEST)))
    return deviation


def middle_and_deviation(values: Floats) -> tuple[Floats, Floats]:
    """Return the median and the mean absolute deviation from it, by column.

    Args:
        values: ``(V, K)``, NaN where unknown.

    Returns:
        Both ``(K,)``; the median is NaN where no value is known, the deviation where
        fewer than two are.
    """
    known = np.count_nonzero(~np.isnan(values), axis=0)
    with warnings.catch_warnings():
        warnings.simplefilter('ignore', RuntimeWarning)  # columns without a value
        middle = np.nanmedian(values, axis=0)
        deviation = np.nanmean(np.abs(values - middle), axis=0)
    return middle, np.where(known > 1, deviation, np.nan)


def _nan_mean(values: Floats) -> Floats:
    known = np.count_nonzero(~np.isnan(values), axis=0)
    sums = np.nansum(values, axis=0)
    return np.where(known > 0, sums / np.maximum(known, 1), np.nan)
