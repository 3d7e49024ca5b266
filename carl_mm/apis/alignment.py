"""Two videos in step."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import torch

from carl_mm.apis.embedding.same_model import check_same_model
from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from carl_mm.functional._inputs import to_embeddings
from carl_mm.functional.warping.dtw import cosine_dtw, unit_rows
from carl_mm.functional.warping.path_matches import middle_matches, nearest_frames

EmbeddingLike: TypeAlias = VideoEmbedding | np.ndarray | torch.Tensor
METHODS = ('dtw', 'nearest')


@dataclass(frozen=True, eq=False)
class Alignment:
    """Which frames of two videos, a and b, show the same moment.

    Attributes:
        path: ``(L, 2)`` int64, pairs of frames (of a, of b): by 'dtw' monotone, from
            the first frames to the last; by 'nearest' each frame of a with its
            nearest of b.
        frame_inds_b: ``(N,)`` int64, for each frame of a the frame of b; of several
            on the path the middle one. Ascending by 'dtw'.
        frame_inds_a: ``(M,)`` int64, for each frame of b the frame of a. By 'nearest'
            found anew: nearest frames are not mutual.
        warped_timestamps: ``(N,)`` float64, seconds in b at which it shows what each
            frame of a shows; None without b's time stamps.
        cost: Mean of 1 - cosine similarity over the path's pairs, in [0, 2].
        score: 1 - cost / the mean of 1 - cosine similarity over all pairs of frames,
            clipped to [0, 1]: 1 where matched frames are equal, 0 where they are no
            more alike than any two, as in videos in which nothing changes.
        method: 'dtw' or 'nearest'.
    """

    path: np.ndarray
    frame_inds_b: np.ndarray
    frame_inds_a: np.ndarray
    warped_timestamps: np.ndarray | None
    cost: float
    score: float
    method: str

    def transfer(self, labels: Any, to: str = 'b') -> np.ndarray:
        """Carry what is known of one video's frames to the other's.

        Args:
            labels: One entry a frame of a, ``(N, ...)``, of any dtype; with
                ``to='a'`` of b, ``(M, ...)``.
            to: 'b' or 'a'.

        Returns:
            ``(M, ...)``; with ``to='a'`` ``(N, ...)``.

        Raises:
            ValueError: Not an entry a frame, or another ``to``.
        """
        if to not in ('a', 'b'):
            raise ValueError(f"to must be 'a' or 'b', got {to!r}")
        values = np.asarray(labels)
        matches = self.frame_inds_a if to == 'b' else self.frame_inds_b
        num_frames = len(self.frame_inds_b if to == 'b' else self.frame_inds_a)
        if values.shape[:1] != (num_frames,):
            raise ValueError(
                f'labels must hold an entry for each of the {num_frames} frames of '
                f'video {"a" if to == "b" else "b"}, got shape {values.shape}'
            )
        carried: np.ndarray = values[matches]
        return carried


def align(a: EmbeddingLike, b: EmbeddingLike, method: str = 'dtw') -> Alignment:
    """Align two videos by their embeddings.

    Args:
        a: A `VideoEmbedding`, or ``(N, D)`` embeddings; N >= 1.
        b: Likewise, ``(M, D)``.
        method: 'dtw' keeps the order and matches first with first and last with last
            frames, by dynamic time warping over 1 - cosine similarity; it takes a
            byte of memory a pair of frames, of which it refuses more than 2^30.
            'nearest' takes each frame on its own, in whatever order.

    Raises:
        ValueError: No frame, embeddings that are not finite, of different sizes or
            models, too many pairs, or an unknown method.
    """
    if method not in METHODS:
        raise ValueError(f'method must be one of {METHODS}, got {method!r}')
    check_same_model((a, b))
    frames_a, frames_b = (unit_rows(x) for x in to_embeddings([_array(a), _array(b)]))
    if not len(frames_a) or not len(frames_b):
        raise ValueError(
            f'videos of {len(frames_a)} and {len(frames_b)} frames cannot be aligned'
        )
    if method == 'dtw':
        path = cosine_dtw(frames_a, frames_b)
        inds_b = middle_matches(path, len(frames_a))
        inds_a = middle_matches(path[:, ::-1], len(frames_b))
    else:
        inds_b = nearest_frames(frames_a, frames_b)
        inds_a = nearest_frames(frames_b, frames_a)
        path = np.stack([np.arange(len(frames_a)), inds_b], axis=1)
    similarity = np.einsum('ld,ld->l', frames_a[path[:, 0]], frames_b[path[:, 1]])
    cost = max(0.0, 1 - float(similarity.mean()))
    chance = 1 - float(frames_a.mean(axis=0) @ frames_b.mean(axis=0))
    times = b.timestamps if isinstance(b, VideoEmbedding) else None
    return Alignment(
        path=path,
        frame_inds_b=inds_b,
        frame_inds_a=inds_a,
        warped_timestamps=None if times is None else times[inds_b],
        cost=cost,
        score=_score(cost, chance),
        method=method,
    )


def align_many(
    reference: EmbeddingLike, others: Iterable[EmbeddingLike], method: str = 'dtw'
) -> list[Alignment]:
    """Align a reference, as video a, with each of several videos; see `align`.

    ``align_many(reference, others)[i].transfer(labels)`` carries the reference's
    labels to the i-th.
    """
    return [align(reference, other, method) for other in others]


def _array(video: EmbeddingLike) -> np.ndarray | torch.Tensor:
    return video.embeddings if isinstance(video, VideoEmbedding) else video


def _score(cost: float, chance: float) -> float:
    """See `Alignment`; what rounding leaves of equal frames counts as none."""
    if chance < 1e-6:
        return 0.0
    return min(1.0, max(0.0, 1 - cost / chance))
