"""How far each frame of a video strays, and which segments stand out."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from carl_mm.functional.label_runs import label_runs


@dataclass(frozen=True)
class DeviatingSegment:
    """A run of frames that stand out.

    Attributes:
        first_frame: First frame of the run.
        last_frame: Last frame of the run, included.
        start_s: Start of [start_s, end_s), in seconds, see `VideoEmbedding.span_s`;
            None if no time stamps are known.
        end_s: End of [start_s, end_s), in seconds; None if no time stamps are known.
        peak: Highest score in the run, in log odds.
        is_cut: Whether the run shows another scene, see `DeviationDetector`.
    """

    first_frame: int
    last_frame: int
    start_s: float | None
    end_s: float | None
    peak: float
    is_cut: bool = False

    @property
    def start(self) -> float | None:
        """Deprecated name of ``start_s``."""
        warnings.warn('start is deprecated: use start_s', DeprecationWarning, 2)
        return self.start_s

    @property
    def end(self) -> float | None:
        """Deprecated name of ``end_s``, which was the last frame's own time stamp."""
        warnings.warn('end is deprecated: use end_s', DeprecationWarning, 2)
        return self.end_s


@dataclass(frozen=True, eq=False)
class Deviations:
    """How far each frame of a video strays.

    Attributes:
        scores: Natural log odds that each frame lies in a strange segment, ``(T,)``
            float64: 0 is as likely as not, 5 is 150 to 1. They weigh an eighth of the
            evidence: compare frames by them, do not bet on them.
        threshold: Score above which a frame stands out, in log odds.
        segments: Runs of frames above the threshold; a cut to another scene is a run of
            its own.
        timestamps: Time stamps of the frames, ``(T,)`` in seconds; None if the video
            was given as an array.
        references: Names of the reference videos that were used, in order; the number
            of a reference that was given as an array.
        warning: Why the references may not fit the video; empty if they do.
    """

    scores: np.ndarray
    threshold: float
    segments: list[DeviatingSegment]
    timestamps: np.ndarray | None
    references: tuple[str, ...] = ()
    warning: str = ''

    @classmethod
    def from_scores(
        cls,
        scores: np.ndarray,
        threshold: float,
        video: object,
        cut: np.ndarray | None = None,
        references: Sequence[str] = (),
        warning: str = '',
    ) -> 'Deviations':
        """Find the segments of a video.

        Args:
            scores: Score of each frame, ``(T,)``.
            threshold: Score above which a frame stands out.
            video: The judged video; a `VideoEmbedding` gives the times.
            cut: Whether each frame shows another scene, ``(T,)`` bool; by default none
                does. Their scores are above the threshold.
            references: Names of the references.
            warning: Why they may not fit the video.
        """
        embedding = video if isinstance(video, VideoEmbedding) else None
        segments = []
        kinds = (scores > threshold).astype(np.int64)
        if cut is not None:
            kinds[cut] = 2
        for first, last, kind in label_runs(kinds).tolist():
            if not kind:
                continue
            start_s = end_s = None
            if embedding is not None:
                start_s, end_s = embedding.span_s(first, last)
            peak = float(scores[first : last + 1].max())
            times = start_s, end_s
            segments.append(DeviatingSegment(first, last, *times, peak, kind == 2))
        stamps = None if embedding is None else embedding.timestamps
        return cls(scores, threshold, segments, stamps, tuple(references), warning)
