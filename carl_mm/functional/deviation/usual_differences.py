"""Judge how far each frame of a video strays from good videos."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from carl_mm.functional._inputs import Floats, Ints
from carl_mm.functional.deviation.autocovariance import Autocovariance
from carl_mm.functional.deviation.discriminant_axes import (
    Scatter,
    axes_of_parts,
    axes_of_videos,
    scatter_of_parts,
)
from carl_mm.functional.deviation.moments import means_of_moments
from carl_mm.functional.deviation.segment_evidence import strange_odds
from carl_mm.functional.warping.dtw import window_dtw
from carl_mm.functional.warping.path_matches import mean_of_matches

ALIGNED_REACH = 2  # frames on either side that are aligned with a frame
MAX_MOMENTS = 256  # of a video that are judged
EVIDENCE_SHARE = 0.125  # axes are not quite independent, nor what is usual quite normal


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
        """Learn from good videos.

        Args:
            videos: Embeddings and features side by side of each, ``(T_i, D)``.
            differences_of: Differences of each video, ``(T_i, D)``, see `differences`.
            widths: Numbers of channels of the two, which sum to D.
        """
        axes = axes_of_videos(videos, differences_of, widths)
        return cls._along(axes, videos, differences_of)

    @classmethod
    def of_others(
        cls,
        videos: Sequence[Floats],
        differences_of: Sequence[Floats],
        widths: Sequence[int],
    ) -> Iterator['UsualDifferences']:
        """Leave out one good video after the other, and learn from the rest, see `of`.

        What it takes to sum over all frames is done once for each video.
        """
        scatters = [
            scatter_of_parts(video, difference, widths)
            for video, difference in zip(videos, differences_of, strict=True)
        ]
        for left_out in range(len(videos)):
            kept = [i for i in range(len(videos)) if i != left_out]
            yield cls._along(
                axes_of_parts(
                    [
                        reduce(Scatter.__add__, parts)
                        for parts in zip(*(scatters[i] for i in kept), strict=True)
                    ]
                ),
                [videos[i] for i in kept],
                [differences_of[i] for i in kept],
            )

    @classmethod
    def _along(
        cls, axes: Floats, videos: Sequence[Floats], differences_of: Sequence[Floats]
    ) -> 'UsualDifferences':
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
        moments, counts = means_of_moments(series, width)
        odds = strange_odds(
            moments, self.usual, self.strange, EVIDENCE_SHARE, width, again_above
        )
        found: Floats = np.repeat(odds, counts)
        return found
