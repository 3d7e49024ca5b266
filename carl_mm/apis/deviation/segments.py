"""How far each frame of a video strays, and which segments stand out."""

from dataclasses import dataclass

import numpy as np

from carl_mm.functional.runs import label_runs


@dataclass(frozen=True)
class DeviatingSegment:
    """Frames that stand out.

    Attributes:
        first_frame: Of the segment.
        last_frame: Likewise, counted in.
        start: Time stamp of the first frame, in seconds; None without time stamps.
        end: Of the last frame.
        peak: The highest score.
    """

    first_frame: int
    last_frame: int
    start: float | None
    end: float | None
    peak: float


@dataclass(frozen=True, eq=False)
class Deviations:
    """How far each frame of a video strays.

    Attributes:
        scores: ``(T,)`` float64, log odds that the frame lies in a strange segment, by
            an eighth of the evidence: to compare frames, not to bet on.
        threshold: A frame above it stands out.
        segments: Runs of frames above the threshold.
        timestamps: ``(T,)`` in seconds; None of a video given as an array.
    """

    scores: np.ndarray
    threshold: float
    segments: list[DeviatingSegment]
    timestamps: np.ndarray | None

    @classmethod
    def of(
        cls, scores: np.ndarray, threshold: float, timestamps: np.ndarray | None
    ) -> 'Deviations':
        """Find the segments; see the attributes."""
        segments = [
            DeviatingSegment(
                first,
                last,
                None if timestamps is None else float(timestamps[first]),
                None if timestamps is None else float(timestamps[last]),
                float(scores[first : last + 1].max()),
            )
            for first, last, above in label_runs(scores > threshold).tolist()
            if above
        ]
        return cls(scores, threshold, segments, timestamps)
