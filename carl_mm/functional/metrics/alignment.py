"""How well nearest frames align pairs of videos in time."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from carl_mm.functional._inputs import (
    check_lengths,
    check_stride,
    to_embeddings,
    to_floats,
)
from carl_mm.functional.metrics._nearest_frames import nearest_in_others
from carl_mm.functional.metrics._rank_correlation import tau_of_columns

NAN_POLICIES = ('omit', 'zero', 'propagate')


def kendalls_tau(
    embeddings: Sequence[Any], stride: int = 1, *, nan_policy: str = 'omit'
) -> tuple[float, float]:
    """Kendall's tau-b between frames and their nearest frames in another video.

    The mean runs over all ordered pairs of videos. A pair is undefined if all frames
    have the same nearest frame, or if there is one frame only.

    Args:
        embeddings: Embeddings of each video, ``(T_i, D)``, finite; videos without a
            frame are left out.
        stride: Take every ``stride``-th frame.
        nan_policy: Whether undefined pairs are left out ('omit', the published way,
            which flatters a collapsed embedding: read it beside their share), count
            as 0 ('zero'), or make the mean NaN ('propagate').

    Returns:
        The mean in [-1, 1] and the share of undefined pairs in [0, 1]; NaN without any
        pair.

    Raises:
        ValueError: Embeddings are not finite, the stride is below 1, or the policy is
            unknown.

    Examples:
        >>> kendalls_tau([[[0.0], [1.0], [2.0]], [[0.1], [1.1], [2.1]]])
        (1.0, 0.0)
    """
    check_stride(stride)
    if nan_policy not in NAN_POLICIES:
        raise ValueError(
            f'nan_policy must be one of {NAN_POLICIES}, got {nan_policy!r}'
        )
    videos = [video[::stride] for video in to_embeddings(embeddings) if len(video)]
    if len(videos) < 2:
        return float('nan'), float('nan')
    taus = np.concatenate(
        [
            tau_of_columns(np.delete(nearest, index, axis=1))
            for index, nearest in nearest_in_others(videos)
        ]
    )
    undefined = np.isnan(taus)
    if nan_policy == 'omit':
        taus = taus[~undefined]
    elif nan_policy == 'zero':
        taus = np.nan_to_num(taus)
    mean = float(taus.mean()) if len(taus) else float('nan')
    return mean, float(undefined.mean())


def alignment_error(
    embeddings: Sequence[Any], progress: Sequence[Any], stride: int = 1
) -> float:
    """Mean difference of progress between frames and their nearest labelled frames.

    The mean runs over the frames of a video, then over all ordered pairs of videos.

    Args:
        embeddings: Embeddings of each video, ``(T_i, D)``, finite.
        progress: Progress of each video's frames, ``(T_i,)`` in [0, 1], see
            `phase_progress`; NaN frames are neither queries nor candidates.
        stride: Take every ``stride``-th labelled frame.

    Returns:
        The error, in [0, 1]; NaN with fewer than two labelled videos.

    Raises:
        ValueError: Embeddings are not finite, lengths differ, or the stride is below 1.

    Examples:
        >>> alignment_error([[[0.0], [1.0]], [[0.1], [0.2]]], [[0.0, 0.5], [0.0, 0.5]])
        0.125
    """
    check_stride(stride)
    videos = to_embeddings(embeddings)
    values = [to_floats(value) for value in progress]
    check_lengths(videos, values, 'progress')
    labelled = []
    for video, value in zip(videos, values, strict=True):
        known = value >= 0  # nor is NaN
        if known.any():
            labelled.append((video[known][::stride], value[known][::stride]))
    if len(labelled) < 2:
        return float('nan')
    frames = [video for video, _ in labelled]
    progress_of = np.concatenate([value for _, value in labelled])
    starts = np.cumsum([0, *(len(video) for video in frames[:-1])])
    errors = []
    for index, nearest in nearest_in_others(frames):
        gaps = np.abs(labelled[index][1][:, None] - progress_of[nearest + starts])
        errors.append(np.delete(gaps.mean(axis=0), index))
    return float(np.mean(errors))
