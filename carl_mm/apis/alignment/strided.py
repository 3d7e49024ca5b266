"""Every K-th frame of long videos, and what their alignment says of all frames."""

from dataclasses import dataclass

import numpy as np

from carl_mm.functional._inputs import Floats, Ints
from carl_mm.functional.warping.path_matches import middle_matches


@dataclass(frozen=True, eq=False)
class Matches:
    """What an `Alignment` says of frames."""

    path: Ints
    frame_inds_b: Ints
    frame_inds_a: Ints
    matched_a: np.ndarray
    matched_b: np.ndarray
    confidence_a: Floats
    confidence_b: Floats
    ends: str
    evidence: float = float('nan')


def strided(num_frames: int, stride: int) -> Ints:
    """Return every K-th frame, and the last one."""
    inds = np.arange(0, num_frames, stride, dtype=np.int64)
    return inds if inds[-1] == num_frames - 1 else np.append(inds, num_frames - 1)


def least_stride(lengths: tuple[int, int], max_pairs: int) -> int:
    """Return the least stride of which there are not too many pairs of frames.

    Args:
        lengths: Numbers of frames of both videos, each >= 1.
        max_pairs: Largest number of pairs, >= 4.
    """

    def pairs(stride: int) -> int:
        # As `strided` counts: the last frame is always among them.
        of_each = [1 + -(-(length - 1) // stride) for length in lengths]
        return of_each[0] * of_each[1]

    stride = max(1, int(np.sqrt(lengths[0] * lengths[1] / max_pairs)))
    while pairs(stride) > max_pairs:
        stride += 1
    return stride


def to_all_frames(found: Matches, inds_a: Ints, inds_b: Ints, method: str) -> Matches:
    """Interpolate the alignment of some frames of two videos to all of them.

    Args:
        found: Alignment of those frames, by their places in ``inds_a`` and ``inds_b``.
        inds_a: Frames of a that were aligned, ascending, the first and the last one
            among them.
        inds_b: Frames of b, likewise.
        method: 'dtw' fills its path, so that it is one of all frames; 'posterior'
            interpolates each video's matches. Whether a frame has a counterpart is what
            is known of the nearest one.
    """
    all_a, all_b = np.arange(inds_a[-1] + 1), np.arange(inds_b[-1] + 1)
    near_a, near_b = _nearest(inds_a), _nearest(inds_b)
    matched_a, matched_b = found.matched_a[near_a], found.matched_b[near_b]
    if method == 'dtw':
        path = _filled(np.stack([inds_a[found.path[:, 0]], inds_b[found.path[:, 1]]]))
        frames_b = middle_matches(path, len(all_a))
        frames_a = middle_matches(path[:, ::-1], len(all_b))
    else:
        frames_b = _rounded(np.interp(all_a, inds_a, inds_b[found.frame_inds_b]))
        frames_a = _rounded(np.interp(all_b, inds_b, inds_a[found.frame_inds_a]))
        path = np.stack([all_a, frames_b], axis=1)[matched_a]
    return Matches(
        path=path,
        frame_inds_b=frames_b,
        frame_inds_a=frames_a,
        matched_a=matched_a,
        matched_b=matched_b,
        confidence_a=np.interp(all_a, inds_a, found.confidence_a),
        confidence_b=np.interp(all_b, inds_b, found.confidence_b),
        ends=found.ends,
        evidence=found.evidence,
    )


def _filled(points: Ints) -> Ints:
    """Join points ``(2, L)`` by steps of one frame of either video or of both."""
    steps = np.abs(np.diff(points, axis=1)).max(axis=0)
    at = np.concatenate([[0], np.cumsum(steps)])
    every = np.arange(at[-1] + 1)
    return np.stack([_rounded(np.interp(every, at, side)) for side in points], axis=1)


def _nearest(inds: Ints) -> Ints:
    """Return for each frame the place of the nearest one that was aligned."""
    middles = (inds[1:] + inds[:-1]) / 2
    places: Ints = np.searchsorted(middles, np.arange(inds[-1] + 1))
    return places


def _rounded(values: Floats) -> Ints:
    rounded: Ints = np.floor(values + 0.5).astype(np.int64)
    return rounded
