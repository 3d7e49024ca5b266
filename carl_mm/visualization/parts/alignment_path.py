"""Check the path of an alignment, and read frames from it."""

import numpy as np

from carl_mm.functional.warping.path_matches import middle_matches


def check_path(path: np.ndarray, num_frames_a: int, num_frames_b: int) -> np.ndarray:
    """Refuse a path that cannot be an alignment of these two videos.

    Args:
        path: ``(L, 2)`` integers, pairs of frames (of a, of b).
        num_frames_a: Number of frames of video a.
        num_frames_b: Number of frames of video b.

    Returns:
        ``(L, 2)`` int64.

    Raises:
        ValueError: The path has another shape, or a frame is outside its video.
    """
    array = np.asarray(path)
    if array.ndim != 2 or array.shape[1] != 2 or len(array) == 0:
        raise ValueError(f'a path must be (L, 2) with L > 0, got {array.shape}')
    lengths = num_frames_a, num_frames_b
    highest = tuple(array.max(axis=0).tolist())
    if array.min() < 0 or highest[0] >= lengths[0] or highest[1] >= lengths[1]:
        raise ValueError(
            f'the path runs from frame {array.min()} to frames {highest}, but the '
            f'videos have {lengths[0]} and {lengths[1]} frames'
        )
    return array.astype(np.int64)


def aligned_frame_inds(
    path: np.ndarray,
    num_frames_a: int,
    num_frames_b: int,
    matched_a: np.ndarray | None = None,
) -> np.ndarray:
    """Find the frame of video b for each frame of a: the middle one of its matches.

    Args:
        path: ``(L, 2)`` integers, pairs of frames (of a, of b).
        num_frames_a: Number of frames N of video a.
        num_frames_b: Number of frames of video b.
        matched_a: ``(N,)`` booleans, False where a frame of a has no counterpart in b.
            Such a frame need not be in the path; it then takes that of the frame
            before it, or at the start that of the first one after it. By default all
            frames have one.

    Returns:
        ``(N,)`` int64.

    Raises:
        ValueError: A frame of video a that has a counterpart has no match.
    """
    if matched_a is None:
        matched_a = np.ones(num_frames_a, dtype=bool)
    matched_a = np.asarray(matched_a)
    if matched_a.shape != (num_frames_a,) or matched_a.dtype != bool:
        raise ValueError(
            f'matched_a must hold one boolean per frame ({num_frames_a}), got '
            f'{matched_a.shape} {matched_a.dtype}'
        )
    if not len(path) and not matched_a.any():
        return np.zeros(num_frames_a, dtype=np.int64)
    path = check_path(path, num_frames_a, num_frames_b)
    path = path[np.lexsort((path[:, 1], path[:, 0]))]
    counts = np.bincount(path[:, 0], minlength=num_frames_a)
    lost = matched_a & (counts == 0)
    if lost.any():
        raise ValueError(
            f'the path matches {np.count_nonzero(counts)} of the {num_frames_a} frames '
            f'of video a; the first without a match is {int(np.argmax(lost))}'
        )
    known = np.flatnonzero(counts)
    path[:, 0] = np.searchsorted(known, path[:, 0])
    taken = np.searchsorted(known, np.arange(num_frames_a), side='right') - 1
    inds: np.ndarray = middle_matches(path, len(known))[np.maximum(taken, 0)]
    return inds
