"""Align two videos: which frames show the same moment."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import torch

from carl_mm.apis.embedding.same_model import check_same_model
from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from carl_mm.functional._inputs import to_embeddings
from carl_mm.functional.posterior.pair_hmm import cosine_posterior
from carl_mm.functional.warping.dtw import cosine_dtw, unit_rows
from carl_mm.functional.warping.path_matches import middle_matches, nearest_frames

EmbeddingLike: TypeAlias = VideoEmbedding | np.ndarray | torch.Tensor
METHODS = ('dtw', 'posterior', 'nearest')


@dataclass(frozen=True, eq=False)
class Alignment:
    """Which frames of two videos, a and b, show the same moment.

    Attributes:
        path: Matched frames (of a, of b), ``(L, 2)`` int64. By 'dtw' they run from the
            first frames to the last and never back; by the others each frame of a
            stands once, with its frame of b, by 'posterior' never back.
        frame_inds_b: Frame of b for each frame of a, ``(N,)`` int64; if the path has
            several, the middle one. Ascending by 'dtw' and 'posterior'.
        frame_inds_a: Frame of a for each frame of b, ``(M,)`` int64. By 'nearest' and
            'posterior' they are found separately, as neither is mutual.
        warped_timestamps: Times at which b shows what each frame of a shows, ``(N,)``
            float64, in seconds; None if b has no time stamps.
        cost: Mean of 1 - cosine similarity over the path, in [0, 2].
        score: 1 - cost / (mean of 1 - cosine similarity over all pairs of frames),
            clipped to [0, 1]: 1 if matched frames are equal, 0 if they are no more
            alike than any two, as in videos in which nothing changes.
        method: 'dtw', 'posterior' or 'nearest'.
    """

    path: np.ndarray
    frame_inds_b: np.ndarray
    frame_inds_a: np.ndarray
    warped_timestamps: np.ndarray | None
    cost: float
    score: float
    method: str

    def transfer(self, labels: Any, to: str = 'b') -> np.ndarray:
        """Carry what is known about the frames of one video over to the other.

        Args:
            labels: An entry of any dtype for each frame of a, ``(N, ...)``; with
                ``to='a'``, for each frame of b, ``(M, ...)``.
            to: Video that gets the labels, 'b' or 'a'.

        Returns:
            ``(M, ...)``; with ``to='a'``, ``(N, ...)``.

        Raises:
            ValueError: There is not an entry for each frame, or ``to`` is unknown.
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

    To align one video with several, call it for each of them.

    Args:
        a: A `VideoEmbedding`, or embeddings ``(N, D)``, N >= 1.
        b: A `VideoEmbedding`, or embeddings ``(M, D)``, M >= 1.
        method: 'dtw' keeps the order and matches the first frames and the last ones,
            by dynamic time warping over 1 - cosine similarity; it takes 2 bits of
            memory for each pair of frames and is limited to 2^32 pairs. 'posterior'
            keeps the order, lets videos begin and end at different moments, and
            weighs all alignments, see `carl_mm.functional.cosine_posterior`; it takes
            8 bytes a pair and is limited to 2^27. 'nearest' takes each frame on its
            own, in whatever order.

    Raises:
        ValueError: A video has no frame, embeddings are not finite or of different
            sizes or models, there are too many pairs, or the method is unknown.

    Example:
        >>> import numpy as np
        >>> from carl_mm.apis import align
        >>> moments = np.eye(3)
        >>> found = align(moments, moments[[0, 0, 0, 1, 2, 2]])
        >>> found.frame_inds_b.tolist()
        [1, 3, 5]
        >>> found.transfer(['reach', 'pour', 'put']).tolist()
        ['reach', 'reach', 'reach', 'pour', 'put', 'put']
        >>> found.score
        1.0
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
        if method == 'posterior':
            found = cosine_posterior(frames_a, frames_b)
            inds_b, inds_a = found.frame_inds_b, found.frame_inds_a
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


def _array(video: EmbeddingLike) -> np.ndarray | torch.Tensor:
    return video.embeddings if isinstance(video, VideoEmbedding) else video


def _score(cost: float, chance: float) -> float:
    """See `Alignment`; a chance that is only rounding counts as none."""
    if chance < 1e-6:
        return 0.0
    return min(1.0, max(0.0, 1 - cost / chance))
