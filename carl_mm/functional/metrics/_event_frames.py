"""The frames of other videos that match events, by nearest frames or alignment."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeAlias

import numpy as np
from threadpoolctl import threadpool_limits

from carl_mm.functional._inputs import Floats, Ints
from carl_mm.functional.metrics._nearest_frames import Candidates, nearest_in_each
from carl_mm.functional.warping.many_paths import cosine_paths, frame_matches
from carl_mm.functional.warping.path_matches import middle_matches

# Two videos i and j, the frame of j for each frame of i, and of i for each of j.
AlignedPairs: TypeAlias = Iterator[tuple[int, int, Ints, Ints]]
Aligner: TypeAlias = Callable[[list[Floats]], AlignedPairs]


def frames_at_events(videos: list[Floats], events: Ints, matching: str) -> Ints:
    """Find the frame of each video that matches each event of each other video.

    Args:
        videos: Embeddings of each video, ``(T_i, D)``, finite; V of them.
        events: Frames of each video's events, ``(V, E)``.
        matching: One of `MATCHINGS`.

    Returns:
        ``(V, E, V)``: the video of the event, the event, the video to find it in.
    """
    if matching == 'nearest':
        queries = [video[event] for video, event in zip(videos, events, strict=True)]
        nearest = nearest_in_each(np.concatenate(queries), Candidates(videos))
        return nearest.reshape(*events.shape, len(videos))
    found = np.repeat(events[..., None], len(videos), axis=2)
    with threadpool_limits(1):  # others wait for each other where cores are busy
        for i, j, inds_j, inds_i in ALIGNERS[matching](videos):
            found[i, :, j] = inds_j[events[i]]
            found[j, :, i] = inds_i[events[j]]
    return found


def _by_dtw(videos: list[Floats]) -> AlignedPairs:
    for i, j, path in cosine_paths(videos):
        inds_j = middle_matches(path, len(videos[i]))
        yield i, j, inds_j, middle_matches(path[:, ::-1], len(videos[j]))


def _matched(ends: str, videos: list[Floats]) -> AlignedPairs:
    for i, j, found in frame_matches(videos, ends):
        yield i, j, found.frame_inds_b, found.frame_inds_a


ALIGNERS: dict[str, Aligner] = {
    'dtw': _by_dtw,
    'open': partial(_matched, 'open'),
    'posterior': partial(_matched, 'auto'),
}
MATCHINGS = ('nearest', *ALIGNERS)
