"""Axes along which moments differ much, and good videos at a moment little."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import block_diag, eigh

from carl_mm.functional._inputs import Floats

MAX_CHANNELS = 128  # of which axes are looked for
NUM_AXES = 6, 3  # of the embedding, and of what each frame shows by itself
SHRINKAGE = 0.3
ROUNDING = float(np.finfo(np.float32).eps) ** 2  # a variance that means nothing


def principal_axes(videos: Sequence[Floats]) -> Floats:
    """Find the orthonormal axes along which frames vary most, at most 128.

    Args:
        videos: Embeddings of each video, ``(T_i, D)``.

    Returns:
        ``(D, K)``; the identity if D <= 128.
    """
    channels = videos[0].shape[1]
    if channels <= MAX_CHANNELS:
        return np.eye(channels)
    frames = np.concatenate(videos)
    frames = frames - frames.mean(axis=0)
    _, vectors = np.linalg.eigh(frames.T @ frames)
    axes: Floats = vectors[:, ::-1][:, :MAX_CHANNELS]
    return axes


@dataclass(frozen=True)
class Scatter:
    """What the axes of some videos are found from; that of more videos is a sum.

    Attributes:
        num_frames: Number of frames.
        within: Sum of the products of the differences, ``(D, D)``.
        mean: Mean of what the other videos show at each moment, ``(D,)``.
        between: Sum of the products of what they show less its mean, ``(D, D)``.
    """

    num_frames: int
    within: Floats
    mean: Floats
    between: Floats

    @classmethod
    def of(cls, video: Floats, difference: Floats) -> 'Scatter':
        """Sum over the frames of a video.

        Args:
            video: ``(T, D)``.
            difference: ``(T, D)``, see `differences`.
        """
        expected = video - difference
        mean = expected.mean(axis=0)
        expected -= mean
        return cls(len(video), difference.T @ difference, mean, expected.T @ expected)

    def __add__(self, other: 'Scatter') -> 'Scatter':
        total = self.num_frames + other.num_frames
        gap = other.mean - self.mean
        apart = self.num_frames * other.num_frames / total
        return Scatter(
            total,
            self.within + other.within,
            self.mean + gap * (other.num_frames / total),
            self.between + other.between + apart * np.outer(gap, gap),
        )

    def axes(self, num_axes: int) -> Floats:
        """Find axes along which moments differ much, and good videos little.

        They are linear discriminants: of the axes along which the differences have
        variance 1 (with shrinkage, 0.7 W + 0.3 (trace W / D) I), those along which what
        the other videos show at the moment varies most. They ignore the look of a
        scene.

        Args:
            num_axes: Number of axes K.

        Returns:
            ``(D, min(K, D))``, the best first.
        """
        within = self.within / self.num_frames
        channels = len(within)
        variance = float(np.trace(within)) / channels
        ridge = SHRINKAGE * variance + ROUNDING
        within = (1 - SHRINKAGE) * within + ridge * np.eye(channels)
        _, vectors = eigh(self.between / self.num_frames, within)
        found: Floats = vectors[:, ::-1][:, :num_axes]
        return found


def scatter_of_parts(
    video: Floats, difference: Floats, widths: Sequence[int]
) -> list[Scatter]:
    """Sum over a video's embeddings and, separately, over its frame features.

    Args:
        video: Both side by side, ``(T, D)``.
        difference: ``(T, D)``, see `differences`.
        widths: Numbers of channels of the two, which sum to D.
    """
    ends = np.cumsum(widths)
    parts = [slice(end - width, end) for width, end in zip(widths, ends, strict=True)]
    return [
        Scatter.of(
            np.ascontiguousarray(video[:, part]),
            np.ascontiguousarray(difference[:, part]),
        )
        for part in parts
    ]


def axes_of_parts(scatters: Sequence[Scatter]) -> Floats:
    """Find the axes of embeddings and, separately, of frame features.

    Args:
        scatters: That of the embeddings, and that of the features if there are any.

    Returns:
        ``(D, K)``: 6 axes of the embedding, 3 of the features.
    """
    blocks = [
        scatter.axes(count) for scatter, count in zip(scatters, NUM_AXES, strict=False)
    ]
    axes: Floats = block_diag(*blocks)
    return axes


def axes_of_videos(
    videos: Sequence[Floats], differences_of: Sequence[Floats], widths: Sequence[int]
) -> Floats:
    """Find `axes_of_parts` of several videos, see `scatter_of_parts`."""
    frames, strayed = np.concatenate(videos), np.concatenate(differences_of)
    return axes_of_parts(scatter_of_parts(frames, strayed, widths))
