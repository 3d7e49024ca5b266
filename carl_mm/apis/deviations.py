"""Where a video strays from good ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from carl_mm.apis.alignment import EmbeddedVideo
from carl_mm.apis.one_model import check_one_model
from carl_mm.apis.video_embedding import VideoEmbedding
from carl_mm.functional._inputs import Floats, Ints, to_embeddings
from carl_mm.functional.deviation import (
    Spread,
    align_windows,
    differences,
    principal_axes,
    runs_above,
)
from carl_mm.functional.frame_matching import mean_of_matches
from carl_mm.functional.time_warping import unit_rows

Item = TypeVar('Item')


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
        scores: ``(T,)`` float64, in standard deviations: 0 is as far as references
            stray at the same moment, 1 a standard deviation of theirs farther.
        threshold: A frame above it stands out.
        segments: Runs of frames above the threshold.
        timestamps: ``(T,)`` in seconds; None of a video given as an array.
    """

    scores: np.ndarray
    threshold: float
    segments: list[DeviatingSegment]
    timestamps: np.ndarray | None


def deviations(
    references: Sequence[EmbeddedVideo], video: EmbeddedVideo, quantile: float = 0.9
) -> Deviations:
    """Judge one video by good ones; see `DeviationDetector`, which judges many."""
    return DeviationDetector(references, quantile)(video)


class DeviationDetector:
    """Knows how good videos differ, and finds where another differs more.

    Every reference is aligned with the video by DTW, and the mean of what they show is
    taken from each frame's embedding. A window of 9 frames of such differences is
    judged by the covariance of the references' own differences (Mahalanobis distance),
    so that order and jumps count, and not only looks. Of that the distance expected at
    this moment is taken, the mean of the matched frames' of the references.

    What is usual is learnt from the references by leaving each one out and judging it
    by the others. The threshold is such that a share ``quantile`` of the references
    so judged has no frame above it. References that the encoder was trained on differ
    less than new videos do: then good new videos stand out too often.

    Args:
        references: Good videos of one process, each with a frame; two at least, better
            ten. Time grows with the square of their number.
        quantile: Of the references' highest scores, in [0, 1].

    Raises:
        ValueError: Fewer than two references, one without a frame, embeddings that are
            not finite, of different sizes or models, or a quantile out of range.
    """

    def __init__(
        self, references: Sequence[EmbeddedVideo], quantile: float = 0.9
    ) -> None:
        if len(references) < 2:
            raise ValueError(
                f'deviations need two references at least, got {len(references)}'
            )
        if not 0 <= quantile <= 1:
            raise ValueError(f'quantile must be in [0, 1], got {quantile}')
        self._provenance = check_one_model(references)
        self._references = _frames_of(references, 'reference ')
        paths = _paths_of_pairs(self._references)
        strayed = [
            differences(video, _others(self._references, i), _others(paths[i], i))
            for i, video in enumerate(self._references)
        ]
        self._axes = principal_axes(strayed)
        strayed = [difference @ self._axes for difference in strayed]
        spreads = [Spread.of(difference) for difference in strayed]
        self._spread = sum(spreads[1:], spreads[0])
        self._usual = [
            (self._spread - spread).distances(difference)
            for spread, difference in zip(spreads, strayed, strict=True)
        ]
        surplus = [
            usual - _expected(_others(self._usual, i), _others(paths[i], i), len(usual))
            for i, usual in enumerate(self._usual)
        ]
        # References that do not differ leave no unit: any difference is then far.
        deviation = float(np.concatenate(surplus).std())
        self._unit = max(deviation, float(np.finfo(np.float32).eps))
        highest = [values.max() / self._unit for values in surplus]
        self.threshold = float(np.quantile(highest, quantile))

    def __call__(self, video: EmbeddedVideo) -> Deviations:
        """Judge a video.

        Raises:
            ValueError: No frame, embeddings that are not finite, or of another size or
                model.
        """
        check_one_model([video], self._provenance)
        frames = _frames_of([self._references[0], video], 'judged ')[1]
        paths = [align_windows(frames, reference) for reference in self._references]
        difference = differences(frames, self._references, paths) @ self._axes
        distances = self._spread.distances(difference)
        surplus = distances - _expected(self._usual, paths, len(frames))
        scores = surplus / self._unit
        times = video.timestamps if isinstance(video, VideoEmbedding) else None
        segments = [
            DeviatingSegment(
                first,
                last,
                None if times is None else float(times[first]),
                None if times is None else float(times[last]),
                float(scores[first : last + 1].max()),
            )
            for first, last in runs_above(scores, self.threshold)
        ]
        return Deviations(scores, self.threshold, segments, times)


def _frames_of(videos: Sequence[EmbeddedVideo], what: str) -> list[Floats]:
    """Embeddings of unit length."""
    arrays = to_embeddings(
        [v.embeddings if isinstance(v, VideoEmbedding) else v for v in videos], what
    )
    for index, array in enumerate(arrays):
        if not len(array):
            raise ValueError(f'{what}video {index} has no frame')
    return [unit_rows(array) for array in arrays]


def _paths_of_pairs(videos: list[Floats]) -> list[list[Ints]]:
    """Path from each video to each; the one from j to i is that from i to j turned."""
    paths = [[np.empty((0, 2), dtype=np.int64)] * len(videos) for _ in videos]
    for i, video in enumerate(videos):
        for j in range(i):
            path = align_windows(video, videos[j])
            paths[i][j], paths[j][i] = path, path[:, ::-1]
    return paths


def _others(values: list[Item], index: int) -> list[Item]:
    return values[:index] + values[index + 1 :]


def _expected(usual: list[Floats], paths: list[Ints], num_frames: int) -> Floats:
    """Mean over the references of their distances at the matched frames."""
    matched = [
        mean_of_matches(path, values, num_frames)
        for path, values in zip(paths, usual, strict=True)
    ]
    expected: Floats = np.mean(matched, axis=0)
    return expected
