"""Judge how far each frame of a video strays from good videos."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import block_diag, eigh

from carl_mm.functional._inputs import Floats, Ints
from carl_mm.functional.deviation.autocovariance import Autocovariance
from carl_mm.functional.deviation.segment_evidence import strange_odds
from carl_mm.functional.warping.dtw import window_dtw
from carl_mm.functional.warping.path_matches import mean_of_matches

ALIGNED_REACH = 2  # frames on either side that are aligned with a frame
MAX_CHANNELS = 128  # of which axes are looked for
NUM_AXES = 6, 3  # of the embedding, and of what each frame shows by itself
SHRINKAGE = 0.3
MAX_MOMENTS = 256  # of a video that are judged
EVIDENCE_SHARE = 0.125  # axes are not quite independent, nor what is usual quite normal
ROUNDING = float(np.finfo(np.float32).eps) ** 2  # a variance that means nothing


def align_windows(a: Floats, b: Floats) -> Ints:
    """Align two videos by windows of 5 frames, see `window_dtw`."""
    return window_dtw(a, b, ALIGNED_REACH)


def differences(
    video: Floats, references: Sequence[Floats], paths: Sequence[Ints]
) -> Floats:
    """Subtract from a video the mean of what the references show at the same moment.

    Args:
        video: Embeddings, ``(T, D)``.
        references: Embeddings of each reference, ``(T_i, D)``; at least one.
        paths: Alignment with each reference, ``(L_i, 2)`` frames (of the video, of the
            reference).

    Returns:
        ``(T, D)``.
    """
    matched = [
        mean_of_matches(path, reference, len(video))
        for path, reference in zip(paths, references, strict=True)
    ]
    found: Floats = video - np.mean(matched, axis=0)
    return found


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


def discriminant_axes(
    videos: Sequence[Floats], differences_of: Sequence[Floats], num_axes: int
) -> Floats:
    """Find axes along which moments differ much, and good videos at a moment little.

    They are linear discriminants: of the axes along which the differences have variance
    1 (with shrinkage, 0.7 W + 0.3 (trace W / D) I), those along which what the other
    videos show at the moment varies most. They ignore the look of a scene.

    Args:
        videos: Embeddings of each video, ``(T_i, D)``.
        differences_of: Differences of each video, ``(T_i, D)``, see `differences`.
        num_axes: Number of axes K.

    Returns:
        ``(D, min(K, D))``, the best first.
    """
    strayed = np.concatenate(differences_of)
    expected = np.concatenate(videos) - strayed
    expected = expected - expected.mean(axis=0)
    channels = strayed.shape[1]
    within = strayed.T @ strayed / len(strayed)
    variance = float(np.trace(within)) / channels
    ridge = SHRINKAGE * variance + ROUNDING
    within = (1 - SHRINKAGE) * within + ridge * np.eye(channels)
    _, vectors = eigh(expected.T @ expected / len(expected), within)
    axes: Floats = vectors[:, ::-1][:, :num_axes]
    return axes


def axes_of_parts(
    videos: Sequence[Floats], differences_of: Sequence[Floats], widths: Sequence[int]
) -> Floats:
    """Find `discriminant_axes` of embeddings and, separately, of frame features.

    Args:
        videos: Both side by side for each video, ``(T_i, D)``.
        differences_of: Differences of each video, ``(T_i, D)``, see `differences`.
        widths: Numbers of channels of the two, which sum to D.

    Returns:
        ``(D, K)``: 6 axes of the embedding, 3 of the features.
    """
    ends = np.cumsum(widths)
    blocks = [
        discriminant_axes(
            [each[:, end - width : end] for each in videos],
            [each[:, end - width : end] for each in differences_of],
            count,
        )
        for width, end, count in zip(widths, ends, NUM_AXES, strict=False)
    ]
    axes: Floats = block_diag(*blocks)
    return axes


@dataclass(frozen=True)
class UsualDifferences:
    """How much good videos differ, and how much any two moments do.

    Attributes:
        axes: ``(D, K)``, see `axes_of_parts`.
        usual: Covariance of the differences of good videos along the axes.
        strange: Covariance of the good videos themselves about their mean; what is
            strange is taken to stray as far as one moment from another.
    """

    axes: Floats
    usual: Autocovariance
    strange: Autocovariance

    @classmethod
    def of(
        cls,
        videos: Sequence[Floats],
        differences_of: Sequence[Floats],
        widths: Sequence[int],
    ) -> 'UsualDifferences':
        """Learn from good videos; for the arguments see `axes_of_parts`."""
        axes = axes_of_parts(videos, differences_of, widths)
        mean = np.concatenate(videos).mean(axis=0)
        return cls(
            axes,
            Autocovariance.of([each @ axes for each in differences_of]),
            Autocovariance.of([(each - mean) @ axes for each in videos]),
        )

    def odds(self, difference: Floats, again_above: float = np.inf) -> Floats:
        """Compute the log odds of each frame lying in a strange segment.

        An eighth of the evidence counts, see `strange_odds`. Neighbours are averaged
        in videos of more than 256 frames, so that at most 256 moments are judged.

        Args:
            difference: ``(T, D)``, see `differences`.
            again_above: Log odds above which the rest is judged again.

        Returns:
            ``(T,)`` natural logarithms.
        """
        series = difference @ self.axes
        width = -(-len(series) // MAX_MOMENTS)
        starts = np.arange(0, len(series), width)
        counts = np.diff(starts, append=len(series))
        moments = np.add.reduceat(series, starts, axis=0) / counts[:, None]
        odds = strange_odds(
            moments, self.usual, self.strange, EVIDENCE_SHARE, width, again_above
        )
        found: Floats = np.repeat(odds, counts)
        return found
