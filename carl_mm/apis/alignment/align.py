"""Align two videos: which frames show the same moment."""

from typing import TypeAlias

import numpy as np
import torch

from carl_mm.apis.alignment.alignment import Alignment
from carl_mm.apis.alignment.strided import (
    Matches,
    least_stride,
    strided,
    to_all_frames,
)
from carl_mm.apis.embedding.same_model import check_same_model
from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from carl_mm.functional._inputs import Floats, to_embeddings
from carl_mm.functional.posterior.frame_match import (
    NO_VARIANCE,
    Similarities,
    check_ends,
    match_frames,
)
from carl_mm.functional.posterior.pair_hmm import MAX_CELLS
from carl_mm.functional.warping import dtw
from carl_mm.functional.warping.dtw import cosine_dtw, unit_rows
from carl_mm.functional.warping.path_matches import middle_matches, nearest_frames

EmbeddingLike: TypeAlias = VideoEmbedding | np.ndarray | torch.Tensor
METHODS = ('posterior', 'dtw', 'nearest')
MAX_PAIRS = {'posterior': MAX_CELLS, 'dtw': dtw.MAX_CELLS}


def align(
    a: EmbeddingLike,
    b: EmbeddingLike,
    method: str = 'posterior',
    ends: str | None = None,
    stride: int | None = None,
) -> Alignment:
    """Align two videos by their embeddings.

    To align one video with several, call it for each of them, or see
    `rank_by_alignment` and `align_all`.

    Args:
        a: A `VideoEmbedding`, or embeddings ``(N, D)``, N >= 1.
        b: A `VideoEmbedding`, or embeddings ``(M, D)``, M >= 1.
        method: 'posterior' keeps the order and weighs all alignments, see
            `carl_mm.functional.match_frames`; it takes 8 bytes of memory for each pair
            of frames, of 2^27 at most. 'dtw' is dynamic time warping over 1 - cosine
            similarity, which matches the first frames and the last ones; it takes 2
            bits a pair, of 2^32 at most. 'nearest' takes each frame on its own, in
            whatever order.
        ends: By 'posterior': 'closed' if all frames of both videos match, 'open' if
            either may begin, end or go on without the other, or 'auto', which decides
            by evidence and is the default. By 'dtw' they are 'closed'.
        stride: Every how many frames of both videos are aligned, >= 1; those between
            are interpolated, and all frames keep their numbers. By default 1, or for
            long videos the least one with few enough pairs; see `Alignment.stride`.
            'nearest' takes none.

    Raises:
        ValueError: A video has no frame, embeddings are not finite or of different
            sizes or models, there are too many pairs at this stride, or the method,
            the ends or the stride are unknown or do not go together.

    Example:
        >>> import numpy as np
        >>> from carl_mm.apis import align
        >>> moments = np.eye(3)
        >>> found = align(moments, moments[[0, 0, 0, 1, 2, 2]], method='dtw')
        >>> found.frame_inds_b.tolist()
        [1, 3, 5]
        >>> found.transfer(['reach', 'pour', 'put']).tolist()
        ['reach', 'reach', 'reach', 'pour', 'put', 'put']
        >>> found.score
        1.0
    """
    ends = _ends(method, ends)
    check_same_model((a, b))
    frames_a, frames_b = (unit_rows(x) for x in to_embeddings([_array(a), _array(b)]))
    lengths = len(frames_a), len(frames_b)
    if not all(lengths):
        raise ValueError(
            f'videos of {lengths[0]} and {lengths[1]} frames cannot be aligned'
        )
    stride = _stride(method, stride, lengths)
    inds_a, inds_b = (strided(length, stride) for length in lengths)
    found = _match(frames_a[inds_a], frames_b[inds_b], method, ends)
    if stride > 1:
        found = to_all_frames(found, inds_a, inds_b, method)
    times = b.timestamps if isinstance(b, VideoEmbedding) else None
    if times is not None:
        times = np.where(found.matched_a, times[found.frame_inds_b], np.nan)
    path = found.path
    similarity = np.einsum('ld,ld->l', frames_a[path[:, 0]], frames_b[path[:, 1]])
    return Alignment(
        **vars(found),
        warped_timestamps=times,
        cost=max(0.0, 1 - float(similarity.mean())) if len(path) else float('nan'),
        score=_score(found, frames_a, frames_b),
        method=method,
        stride=stride,
    )


def _match(a: Floats, b: Floats, method: str, ends: str) -> Matches:
    if method == 'posterior':
        return _by_posterior(a, b, ends)
    if method == 'dtw':
        path = cosine_dtw(a, b)
        inds_b = middle_matches(path, len(a))
        inds_a = middle_matches(path[:, ::-1], len(b))
    else:
        inds_b, inds_a = nearest_frames(a, b), nearest_frames(b, a)
        path = np.stack([np.arange(len(a)), inds_b], axis=1)
    return Matches(
        path=path,
        frame_inds_b=inds_b,
        frame_inds_a=inds_a,
        matched_a=np.ones(len(a), dtype=bool),
        matched_b=np.ones(len(b), dtype=bool),
        confidence_a=np.full(len(a), np.nan),
        confidence_b=np.full(len(b), np.nan),
        ends=ends,
    )


def _by_posterior(a: Floats, b: Floats, ends: str) -> Matches:
    found = match_frames(a, b, ends)
    is_open = found.ends == 'open'
    matched_a = (found.matched_a > 0.5) | (not is_open)
    return Matches(
        path=np.stack([np.arange(len(a)), found.frame_inds_b], axis=1)[matched_a],
        frame_inds_b=found.frame_inds_b,
        frame_inds_a=found.frame_inds_a,
        matched_a=matched_a,
        matched_b=(found.matched_b > 0.5) | (not is_open),
        confidence_a=found.matched_a / (1 + found.spread_b),
        confidence_b=found.matched_b / (1 + found.spread_a),
        ends=found.ends,
        evidence=found.evidence,
    )


def _score(found: Matches, a: Floats, b: Floats) -> float:
    """Return the score of `Alignment`, from frames of unit length."""
    if Similarities.of_videos(a, b).variance <= NO_VARIANCE:
        return 0.0
    alike_a = np.einsum('nd,nd->n', a, b[found.frame_inds_b])
    alike_b = np.einsum('nd,nd->n', b, a[found.frame_inds_a])
    shares = np.mean(alike_a * found.matched_a), np.mean(alike_b * found.matched_b)
    return float(np.clip(np.mean(shares), 0, 1))


def _ends(method: str, ends: str | None) -> str:
    """Return the ends that are meant, or say what is wrong with them."""
    if method not in METHODS:
        raise ValueError(f'method must be one of {METHODS}, got {method!r}')
    usual = {'posterior': 'auto', 'dtw': 'closed', 'nearest': 'open'}[method]
    if ends is None:
        return usual
    check_ends(ends)
    if method != 'posterior' and ends != usual:
        raise ValueError(f"ends={ends!r} needs method='posterior', got {method!r}")
    return ends


def _stride(method: str, stride: int | None, lengths: tuple[int, int]) -> int:
    if stride is None:
        return least_stride(lengths, MAX_PAIRS[method]) if method in MAX_PAIRS else 1
    if stride < 1 or (stride > 1 and method not in MAX_PAIRS):
        raise ValueError(
            "stride must be at least 1, and 1 with method='nearest', which takes each "
            f'frame on its own; got {stride} and {method!r}'
        )
    return stride


def _array(video: EmbeddingLike) -> np.ndarray | torch.Tensor:
    return video.embeddings if isinstance(video, VideoEmbedding) else video
