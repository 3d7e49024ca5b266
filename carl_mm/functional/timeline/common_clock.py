"""A clock common to many videos, found jointly."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from carl_mm.functional._inputs import Floats, Ints
from carl_mm.functional.timeline.clock_frames import MATCHED, climbing, inverse
from carl_mm.functional.timeline.mean_pace import mean_pace_clock, pace_spread
from carl_mm.functional.timeline.motion_frames import with_directions
from carl_mm.functional.timeline.prototype import fit_prototype, resampled
from carl_mm.functional.timeline.prototype_match import PrototypeMatch, match_prototype

MAX_MOMENTS = 1000
CHANGE = 0.04  # of a video: the time over which a change is taken, at least a frame
MIN_JUDGED = 4  # of fewer videos none can be told to be the odd one out
OUTLIER_DEVIATIONS = 3.5
LEAST_DEVIATION = 0.03  # of a similarity: videos that agree well differ by chance


@dataclass(frozen=True, eq=False)
class CommonClock:
    """Many videos on one clock, see `carl_mm.apis.Timeline`.

    Attributes:
        clock: Moments, evenly spaced, ``(K,)``, in seconds from 0.
        times: When each video shows each moment, ``(V, K)``, in its own seconds; NaN
            where it does not.
        clock_times: When each frame is on the clock, ``(T_i,)`` of each video.
        matched: Probability that a frame has a counterpart, ``(T_i,)`` of each video.
        pace_spread: See `carl_mm.functional.timeline.mean_pace.pace_spread`, ``(K,)``.
        uncertainty: Mean over the videos of the standard deviation of the clock time
            of the frame that shows a moment, ``(K,)``, in seconds; NaN where none does.
        similarities: How well each video fits, ``(V,)``.
        outliers: Videos that do not fit; they did not take part in finding the clock.
    """

    clock: Floats
    times: Floats
    clock_times: tuple[Floats, ...]
    matched: tuple[Floats, ...]
    pace_spread: Floats
    uncertainty: Floats
    similarities: Floats
    outliers: tuple[int, ...]


def common_clock(videos: Sequence[Floats], times: Sequence[Floats]) -> CommonClock:
    """Find the moments that all videos go through, and when each does.

    The number of moments is the median number of frames, at most `MAX_MOMENTS`; longer
    videos are thinned out beforehand. Time grows linearly with the number of videos.

    Args:
        videos: Embeddings of each video, ``(T_i, D)``, finite; V >= 2, T_i >= 1.
        times: Time stamps of each video's frames, ``(T_i,)`` in seconds, ascending.
    """
    lengths = [len(video) for video in videos]
    thinning = max(1.0, float(np.median(lengths)) / MAX_MOMENTS)
    short = [
        resampled(video, max(1, round(len(video) / thinning)))
        if thinning > 1
        else video
        for video in videos
    ]
    count = int(np.median([len(video) for video in short]))
    frames = with_directions(short, max(1.0, CHANGE * count))
    moments = fit_prototype(frames, count)
    found = match_prototype(moments, frames)
    outliers = find_outliers(np.array([match.similarity for match in found]))
    if len(outliers):
        fitting = [i for i in range(len(videos)) if i not in set(outliers.tolist())]
        moments = fit_prototype([frames[i] for i in fitting], count)
        found = match_prototype(moments, frames)
        again = find_outliers(
            np.array([match.similarity for match in found]), np.array(fitting)
        )
        outliers = np.union1d(outliers, again)
    full = [_to_frames(match, size) for match, size in zip(found, lengths, strict=True)]
    return _on_the_clock(full, times, count, outliers)


def find_outliers(similarities: Floats, fitting: Ints | None = None) -> Ints:
    """Find the videos that fit far worse than the others.

    Args:
        similarities: How well each video fits, ``(V,)``.
        fitting: Videos to be judged by; by default all.

    Returns:
        Videos below the median by more than `OUTLIER_DEVIATIONS` robust standard
        deviations (1.4826 times the median absolute deviation, at least
        `LEAST_DEVIATION`), ascending int64; none of fewer than `MIN_JUDGED` videos.
    """
    known = similarities if fitting is None else similarities[fitting]
    if len(known) < MIN_JUDGED:
        return np.zeros(0, dtype=np.int64)
    middle = np.median(known)
    deviation = 1.4826 * np.median(np.abs(known - middle))
    least = middle - OUTLIER_DEVIATIONS * max(deviation, LEAST_DEVIATION)
    return np.flatnonzero(similarities < least)


def _to_frames(match: PrototypeMatch, num_frames: int) -> PrototypeMatch:
    """Undo the thinning: give each frame of the video what its neighbours have."""
    count = len(match.moments)
    if count == num_frames:
        return match
    at = (np.arange(num_frames) + 0.5) / num_frames * count - 0.5
    known = np.arange(count)
    return replace(
        match,
        moments=np.interp(at, known, match.moments),
        spread=np.interp(at, known, match.spread),
        matched=np.interp(at, known, match.matched),
    )


def _on_the_clock(
    found: Sequence[PrototypeMatch],
    times: Sequence[Floats],
    count: int,
    outliers: Ints,
) -> CommonClock:
    moments = np.arange(count, dtype=np.float64)

    def times_at(places: Floats) -> Floats:
        """Return when each video is at these moments, ``(V, K)``; NaN if never."""
        rows = [
            np.where(
                np.interp(places, moments, match.moment_matched) < MATCHED,
                np.nan,
                inverse(match.moments, stamps, places),
            )
            for match, stamps in zip(found, times, strict=True)
        ]
        return np.stack(rows)

    fitting = np.setdiff1d(np.arange(len(found)), outliers)
    uneven = mean_pace_clock(times_at(moments)[fitting])
    clock = np.linspace(0, uneven[-1], count)
    even = np.interp(clock, uneven, moments)  # moments at which the clock is even
    shown = times_at(even)
    pace = np.gradient(uneven) if count > 1 else np.zeros(1)  # seconds a moment
    doubts = np.stack(
        [
            np.interp(even, climbing(match.moments), match.spread)
            for match in (found[i] for i in fitting)
        ]
    ) * np.interp(even, moments, pace)
    has = ~np.isnan(shown[fitting])
    return CommonClock(
        clock=clock,
        times=shown,
        clock_times=tuple(np.interp(m.moments, moments, uneven) for m in found),
        matched=tuple(match.matched for match in found),
        pace_spread=pace_spread(shown[fitting], clock),
        uncertainty=np.where(
            has.any(axis=0),
            (doubts * has).sum(axis=0) / np.maximum(has.sum(axis=0), 1),
            np.nan,
        ),
        similarities=np.array([match.similarity for match in found]),
        outliers=tuple(int(index) for index in outliers),
    )
