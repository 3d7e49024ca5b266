"""How far events are from where matching frames of other videos put them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from carl_mm.functional._inputs import (
    ArrayOrTensor,
    Floats,
    Ints,
    to_embeddings,
    to_floats,
)
from carl_mm.functional.metrics._event_frames import MATCHINGS, frames_at_events


def event_error(
    embeddings: Sequence[Any], events: Sequence[Any], matching: str = 'nearest'
) -> float:
    """Mean distance of events from where another video's matching frame puts them.

    It is the mean of |matching frame - true frame| / length of the other video over
    all ordered pairs of videos and all events.

    Args:
        embeddings: Embeddings of each video, ``(T_i, D)``, finite.
        events: Frames of each video's events, ``(E,)``, the same E events in each; see
            `phase_boundaries`.
        matching: What matches a frame: 'nearest', the nearest frame of the other
            video; 'dtw', the frame that `cosine_dtw` aligns with it, the middle one of
            several; 'posterior', the one that `match_frames` finds, or 'open', with
            open ends. By all but the first, both directions of a pair share one
            alignment.

    Returns:
        The error, in [0, 1); NaN with fewer than two videos or no event.

    Raises:
        ValueError: Embeddings are not finite, numbers of events differ, an event is
            outside its video, or the matching is unknown.

    Examples:
        >>> event_error([[[0.0], [1.0]], [[0.1], [0.2]]], [[1], [0]])
        0.5
    """
    gaps = event_gaps(embeddings, events, matching)
    return mean_share(gaps, [len(video) for video in embeddings])


def mean_share(gaps: Floats, lengths: Sequence[int]) -> float:
    """Average the gaps of `event_gaps` as shares of the videos' lengths, each ``T_i``.

    Returns:
        The error of `event_error`.
    """
    if len(gaps) < 2 or not gaps.shape[1]:
        return float('nan')
    shares = gaps / np.array(lengths)
    others = ~np.eye(len(gaps), dtype=bool)
    return float(shares.mean(axis=1)[others].mean())


def event_gaps(
    embeddings: Sequence[Any], events: Sequence[Any], matching: str = 'nearest'
) -> Floats:
    """Distances, in frames, of events from where matching frames put them.

    Args:
        embeddings: Embeddings of each of V videos, ``(T_i, D)``, finite.
        events: Frames of each video's events, ``(E,)``, as in `event_error`.
        matching: What matches a frame, as in `event_error`.

    Returns:
        ``(V, E, V)``: the video of the event, the event, and the video in which its
        matching frame is sought; NaN where that is the video itself.

    Raises:
        ValueError: Embeddings are not finite, numbers of events differ, an event is
            outside its video, or the matching is unknown.

    Examples:
        >>> event_gaps([[[0.0], [1.0]], [[0.1], [0.2]]], [[1], [0]]).tolist()
        [[[nan, 1.0]], [[1.0, nan]]]
    """
    if matching not in MATCHINGS:
        raise ValueError(f'matching must be one of {MATCHINGS}, got {matching!r}')
    videos = to_embeddings(embeddings)
    frames = [_to_frames(event, index) for index, event in enumerate(events)]
    if len({len(videos), len(frames)}) > 1 or len({len(f) for f in frames}) > 1:
        raise ValueError(
            f'{len(videos)} videos, but events per video: {[len(f) for f in frames]}'
        )
    for index, (video, event) in enumerate(zip(videos, frames, strict=True)):
        outside = event[(event < 0) | (event >= len(video))]
        if len(outside):
            raise ValueError(
                f'video {index}: event at frame {outside[0]} of {len(video)} frames'
            )
    num_events = len(frames[0]) if frames else 0
    events_of = np.array(frames, dtype=np.int64).reshape(len(frames), num_events)
    gaps = np.full((*events_of.shape, len(videos)), np.nan)
    if len(videos) > 1 and num_events:
        found = frames_at_events(videos, events_of, matching)
        gaps[:] = np.abs(found - events_of.T[None])
        gaps[np.arange(len(videos)), :, np.arange(len(videos))] = np.nan
    return gaps


def _to_frames(event: ArrayOrTensor, index: int) -> Ints:
    values = to_floats(event)
    if values.ndim != 1 or not (values == np.rint(values)).all():
        raise ValueError(f'video {index}: events must be whole frames, got {values}')
    return values.astype(np.int64)
