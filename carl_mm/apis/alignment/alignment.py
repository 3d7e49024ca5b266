"""What the alignment of two videos says."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from carl_mm.functional._inputs import Floats, Ints

NO_LABEL = {'b': False, 'i': -1, 'f': np.nan, 'U': '', 'S': b'', 'O': None}


@dataclass(frozen=True, eq=False)
class Alignment:
    """Which frames of two videos, a and b, show the same moment.

    Attributes:
        path: Frames that match (of a, of b), ``(L, 2)`` int64. By 'dtw' they run from
            the first frames to the last and never back; by the others each frame of a
            that has a counterpart stands once, with its frame of b, by 'posterior'
            never back. Empty if the videos cannot be aligned.
        frame_inds_b: Frame of b for each frame of a, ``(N,)`` int64; if the path has
            several, the middle one. Ascending by 'dtw' and 'posterior'. Where a frame
            has no counterpart, the frame of b beside which it would stand.
        frame_inds_a: Frame of a for each frame of b, ``(M,)`` int64. By 'nearest' and
            'posterior' they are found separately, as neither is mutual.
        matched_a: Whether a frame of a has a counterpart in b, ``(N,)`` bool; True by
            'dtw' and 'nearest', and with closed ends.
        matched_b: Whether a frame of b has one in a, ``(M,)`` bool.
        confidence_a: How sure the match of each frame of a is, ``(N,)``, in [0, 1]: the
            probability that it has a counterpart, divided by 1 + the mean distance, in
            frames, of what may be its counterpart from what is taken. NaN by 'dtw' and
            'nearest'.
        confidence_b: Likewise for each frame of b, ``(M,)``.
        warped_timestamps: Times at which b shows what each frame of a shows, ``(N,)``
            float64, in seconds, NaN where b does not; None if b has no time stamps.
        cost: Mean of 1 - cosine similarity over the path, in [0, 2]; NaN if it is
            empty.
        score: How well the videos agree, in [0, 1]: the mean over the frames of both of
            the cosine similarity of their match, 0 where there is none; 0 if all
            frames are alike, as in videos in which nothing changes. It compares videos
            under one encoder; see `rank_by_alignment` for what it means.
        method: 'posterior', 'dtw' or 'nearest'.
        ends: 'closed' if all frames match, from the first to the last; 'open' if
            frames of either video may have no counterpart.
        evidence: Natural logarithm of how much likelier the similarities are with open
            ends than with closed ones; NaN unless ``ends='auto'``.
        stride: Every how many frames were aligned; those between are interpolated.
    """

    path: Ints
    frame_inds_b: Ints
    frame_inds_a: Ints
    matched_a: np.ndarray
    matched_b: np.ndarray
    confidence_a: Floats
    confidence_b: Floats
    warped_timestamps: np.ndarray | None
    cost: float
    score: float
    method: str
    ends: str
    evidence: float
    stride: int = 1

    @property
    def alignable(self) -> bool:
        """Whether any frame has a counterpart, and frames differ at all."""
        return bool(len(self.path)) and self.score > 0

    def transfer(self, labels: Any, to: str = 'b', fill: Any = None) -> np.ndarray:
        """Carry what is known about the frames of one video over to the other.

        Args:
            labels: An entry of any dtype for each frame of a, ``(N, ...)``; with
                ``to='a'``, for each frame of b, ``(M, ...)``.
            to: Video that gets the labels, 'b' or 'a'.
            fill: What a frame without counterpart gets; by default -1, NaN, '', False
                or None, by dtype.

        Returns:
            ``(M, ...)``; with ``to='a'``, ``(N, ...)``. Unsigned integers become int64
            where a frame gets -1.

        Raises:
            ValueError: There is not an entry for each frame, ``to`` is unknown, or the
                dtype has no default.
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
        alone = ~(self.matched_b if to == 'b' else self.matched_a)
        if alone.any():
            if fill is None:
                carried = (
                    carried.astype(np.int64) if values.dtype.kind == 'u' else carried
                )
                if carried.dtype.kind not in NO_LABEL:
                    raise ValueError(f'{values.dtype} has no default for fill')
                fill = NO_LABEL[carried.dtype.kind]
            carried[alone] = fill
        return carried
