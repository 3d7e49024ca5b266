"""The alignments of all pairs of many videos, faster than pair by pair.

There is one matrix product for many later videos: small ones lose their time where
other programs keep the cores busy.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from carl_mm.functional._inputs import Floats, Ints
from carl_mm.functional.posterior.frame_match import (
    FrameMatch,
    Similarities,
    match,
    match_frames,
)
from carl_mm.functional.warping.dtw import cosine_dtw, path_through, unit_rows

PRODUCT_CELLS = 2**18  # number of similarities held at once: 2 MiB


def cosine_paths(videos: Sequence[Floats]) -> Iterator[tuple[int, int, Ints]]:
    """Align all pairs of videos as `cosine_dtw` does; costs equal its up to rounding.

    Args:
        videos: Embeddings of each video, ``(T_i, D)``, finite; T_i >= 1.

    Yields:
        Two videos i < j, and ``(L, 2)`` int64, the frames (of i, of j) that match.
    """
    for i, j, similarities in _similarities(videos):
        if similarities is None:
            yield i, j, cosine_dtw(videos[i], videos[j])
        else:
            yield i, j, path_through(1 - similarities)


def frame_matches(
    videos: Sequence[Floats], ends: str = 'auto'
) -> Iterator[tuple[int, int, FrameMatch]]:
    """Match all pairs of videos as `match_frames` does, up to rounding.

    Args:
        videos: Embeddings of each video, ``(T_i, D)``, finite; T_i >= 1.
        ends: 'closed', 'open' or 'auto'.

    Yields:
        Two videos i < j, and their match, in which a is i and b is j.
    """
    for i, j, similarities in _similarities(videos):
        if similarities is None:
            yield i, j, match_frames(videos[i], videos[j], ends)
        else:
            yield i, j, match(Similarities.of_matrix(similarities), ends)


def _similarities(
    videos: Sequence[Floats],
) -> Iterator[tuple[int, int, Floats | None]]:
    """Compute the cosine similarities of all pairs of videos.

    Yields:
        Two videos i < j, and ``(T_i, T_j)``; None for a pair too long to hold.
    """
    units = [unit_rows(video) for video in videos]
    lengths = [len(unit) for unit in units]
    for i, unit in enumerate(units):
        for later in _divide(lengths, i):
            if lengths[i] * sum(lengths[j] for j in later) > PRODUCT_CELLS:
                yield i, later[0], None
                continue
            products = unit @ np.concatenate([units[j] for j in later]).T
            edges = np.cumsum([lengths[j] for j in later[:-1]], dtype=int)
            for j, part in zip(later, np.split(products, edges, axis=1), strict=True):
                yield i, j, part


def _divide(lengths: Sequence[int], i: int) -> Iterator[list[int]]:
    """Divide the videos after i by what is held at once; a long one stands alone."""
    part: list[int] = []
    for j in range(i + 1, len(lengths)):
        num_columns = sum(lengths[k] for k in part) + lengths[j]
        if part and lengths[i] * num_columns > PRODUCT_CELLS:
            yield part
            part = []
        part.append(j)
    if part:
        yield part
