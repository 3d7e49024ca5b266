"""How far a video strays from good ones, frame by frame."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.ndimage import uniform_filter1d

from carl_mm.functional._inputs import Floats, Ints
from carl_mm.functional.frame_matching import mean_of_matches
from carl_mm.functional.time_warping import cosine_dtw

ALIGNED_REACH = 2  # frames on either side that are aligned with a frame
REACH = 4  # frames on either side whose differences are judged with a frame's own
SMOOTHED_FRAMES = 5
MAX_CHANNELS = 128
SHRINKAGE = 0.85
ROUNDING = float(np.finfo(np.float32).eps) ** 2  # a variance that means nothing


def stack_window(frames: Floats, reach: int) -> Floats:
    """Put each frame beside its neighbours; the first and last frame repeat.

    Args:
        frames: ``(T, D)``; T >= 1.
        reach: Neighbours on either side.

    Returns:
        ``(T, (2 reach + 1) D)``.
    """
    inds = np.arange(len(frames))[:, None] + np.arange(-reach, reach + 1)
    stacked: Floats = frames[inds.clip(0, len(frames) - 1)]
    return stacked.reshape(len(frames), -1)


def align_windows(a: Floats, b: Floats) -> Ints:
    """Align two videos by 5 frames at a time, see `cosine_dtw`."""
    return cosine_dtw(stack_window(a, ALIGNED_REACH), stack_window(b, ALIGNED_REACH))


def differences(
    video: Floats, references: Sequence[Floats], paths: Sequence[Ints]
) -> Floats:
    """Embeddings less the mean of what the references show at the same moment.

    Args:
        video: ``(T, D)``.
        references: ``(T_i, D)`` each; at least one.
        paths: ``(L_i, 2)`` each, frames (of the video, of the reference).

    Returns:
        ``(T, D)``.
    """
    matched = [
        mean_of_matches(path, reference, len(video))
        for path, reference in zip(paths, references, strict=True)
    ]
    found: Floats = video - np.mean(matched, axis=0)
    return found


@dataclass(frozen=True)
class Spread:
    """First and second moments of windows of differences; they add up.

    Attributes:
        count: Of windows.
        total: ``(W,)``, their sum.
        squares: ``(W, W)``, the sum of their outer products.
    """

    count: int
    total: Floats
    squares: Floats

    @classmethod
    def of(cls, difference: Floats) -> 'Spread':
        """Take a video's differences, ``(T, K)``; W = 9 K."""
        windows = stack_window(difference, REACH)
        return cls(len(windows), windows.sum(axis=0), windows.T @ windows)

    def __add__(self, other: 'Spread') -> 'Spread':
        return Spread(
            self.count + other.count,
            self.total + other.total,
            self.squares + other.squares,
        )

    def __sub__(self, other: 'Spread') -> 'Spread':
        return Spread(
            self.count - other.count,
            self.total - other.total,
            self.squares - other.squares,
        )

    def distances(self, difference: Floats) -> Floats:
        """Mahalanobis distance of each frame's window, smoothed over 5 frames.

        The covariance C of W channels is shrunk, for frames are few beside channels:
        0.15 C + 0.85 (trace C / W) I. Neighbours seldom differ in good videos, so a
        jump is far, though each of its frames looks right.

        Args:
            difference: ``(T, K)``.

        Returns:
            ``(T,)``.
        """
        windows = stack_window(difference, REACH)
        mean = self.total / self.count
        covariance = self.squares / self.count - np.outer(mean, mean)
        size = len(mean)
        variance = max(float(np.trace(covariance)) / size, ROUNDING)
        shrunk = (1 - SHRINKAGE) * covariance + SHRINKAGE * variance * np.eye(size)
        centred = windows - mean
        solved = cho_solve(cho_factor(shrunk), centred.T)
        square = np.einsum('tw,wt->t', centred, solved) / size
        distance = np.sqrt(square.clip(0))
        smooth: Floats = uniform_filter1d(distance, SMOOTHED_FRAMES, mode='nearest')
        return smooth


def principal_axes(differences_of: Sequence[Floats]) -> Floats:
    """Orthonormal axes in which the differences vary most, 128 at most.

    Args:
        differences_of: ``(T_i, D)`` each.

    Returns:
        ``(D, K)``; all of the space where D <= 128.
    """
    channels = differences_of[0].shape[1]
    if channels <= MAX_CHANNELS:
        return np.eye(channels)
    frames = np.concatenate(differences_of)
    _, vectors = np.linalg.eigh(frames.T @ frames)
    axes: Floats = vectors[:, ::-1][:, :MAX_CHANNELS]
    return axes


def runs_above(scores: Floats, threshold: float) -> list[tuple[int, int]]:
    """First and last frame of each run of scores above a threshold."""
    above = np.concatenate([[False], scores > threshold, [False]])
    edges = np.flatnonzero(above[1:] != above[:-1])
    return [(int(a), int(b) - 1) for a, b in edges.reshape(-1, 2)]
