"""What the path of an alignment says about single frames."""

from typing import Any

import numpy as np

from carl_mm.functional._inputs import Floats, Ints, to_embeddings
from carl_mm.functional.metrics._nearest_frames import Candidates, nearest_in_each
from carl_mm.functional.warping.dtw import unit_rows


def middle_matches(path: Ints, num_frames: int) -> Ints:
    """Return the match of each frame of the first video; of several, the middle one.

    Args:
        path: Pairs of frames in temporal order, ``(L, 2)``; each frame is in one.
        num_frames: Number of frames of the first video, N.

    Returns:
        Frames of the second video, ``(N,)``.
    """
    counts = np.bincount(path[:, 0], minlength=num_frames)
    starts = np.cumsum(counts) - counts
    matches: Ints = path[starts + counts // 2, 1]
    return matches


def mean_of_matches(path: Ints, frames: Floats, num_frames: int) -> Floats:
    """Average what is known of the matches of each frame of the first video.

    Args:
        path: Pairs of frames in temporal order, ``(L, 2)``; each frame of the first
            video is in one.
        frames: What is known of the second video's frames, ``(M, ...)``.
        num_frames: Number of frames of the first video, N.

    Returns:
        ``(N, ...)``.
    """
    counts = np.bincount(path[:, 0], minlength=num_frames)
    starts = np.cumsum(counts) - counts
    sums: Floats = np.add.reduceat(frames[path[:, 1]], starts, axis=0)
    shape = (num_frames,) + (1,) * (frames.ndim - 1)
    return sums / counts.reshape(shape)


def nearest_frames(queries: Any, frames: Any) -> Ints:
    """Find the nearest frame of each query by cosine similarity.

    Args:
        queries: Embeddings, ``(N, D)``, finite.
        frames: Embeddings of the frames to find, ``(M, D)``, finite; M >= 1.

    Returns:
        Places in ``frames``, ``(N,)`` int64; the first of equally near ones.

    Raises:
        ValueError: A value is not finite, or there is no frame.
    """
    arrays = [unit_rows(video) for video in to_embeddings([queries, frames])]
    if not len(arrays[1]):
        raise ValueError('there is no frame to be nearest')
    return nearest_in_each(arrays[0], Candidates([arrays[1]]))[:, 0]
