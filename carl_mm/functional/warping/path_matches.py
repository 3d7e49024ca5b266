"""What an alignment's path says of single frames."""

from typing import Any

import numpy as np

from carl_mm.functional._inputs import Floats, Ints, to_embeddings
from carl_mm.functional.metrics._nearest_frames import Candidates, nearest_in_each
from carl_mm.functional.warping.dtw import unit_rows


def middle_matches(path: Ints, num_frames: int) -> Ints:
    """For each frame of the first column its match; of several the middle one.

    Args:
        path: ``(L, 2)``, in which each frame stands; its rows in temporal order.
        num_frames: N.

    Returns:
        ``(N,)``, frames of the second column.
    """
    counts = np.bincount(path[:, 0], minlength=num_frames)
    starts = np.cumsum(counts) - counts
    matches: Ints = path[starts + counts // 2, 1]
    return matches


def mean_of_matches(path: Ints, frames: Floats, num_frames: int) -> Floats:
    """For each frame of the first column the mean over its matches.

    Args:
        path: ``(L, 2)``, in which each frame of the first column stands, in order.
        frames: ``(M, ...)``, of the second column.
        num_frames: N.

    Returns:
        ``(N, ...)``.
    """
    counts = np.bincount(path[:, 0], minlength=num_frames)
    starts = np.cumsum(counts) - counts
    sums: Floats = np.add.reduceat(frames[path[:, 1]], starts, axis=0)
    shape = (num_frames,) + (1,) * (frames.ndim - 1)
    return sums / counts.reshape(shape)


def nearest_frames(queries: Any, frames: Any) -> Ints:
    """For each query the nearest frame by cosine similarity; ties go to the first.

    Args:
        queries: ``(N, D)`` embeddings, finite.
        frames: ``(M, D)``; M >= 1.

    Returns:
        ``(N,)``.

    Raises:
        ValueError: Values that are not finite, or no frame.
    """
    arrays = [unit_rows(video) for video in to_embeddings([queries, frames])]
    if not len(arrays[1]):
        raise ValueError('there is no frame to be nearest')
    return nearest_in_each(arrays[0], Candidates([arrays[1]]))[:, 0]
