"""Where a video strays from good ones."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from carl_mm.apis.alignment import EmbeddingLike
from carl_mm.apis.deviation.segments import Deviations
from carl_mm.apis.embedding.same_model import check_same_model
from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from carl_mm.functional._inputs import Floats, Ints, to_embeddings
from carl_mm.functional.deviation.discriminants import (
    UsualDifferences,
    align_windows,
    axes_of_parts,
    differences,
    principal_axes,
)
from carl_mm.functional.warping.dtw import unit_rows

Item = TypeVar('Item')


def deviations(
    references: Sequence[EmbeddingLike], video: EmbeddingLike, quantile: float = 0.9
) -> Deviations:
    """Judge one video by good ones; see `DeviationDetector`, which judges many."""
    return DeviationDetector(references, quantile)(video)


class DeviationDetector:
    """Knows how good videos differ, and finds where another differs more.

    Every reference is aligned with the video by DTW, and the mean of what they show is
    taken from each frame's embedding. Two Gaussian processes are learnt from the
    references: of such differences between good videos, each left out and compared
    with the others, and of the differences between any two moments. For every segment
    of the video it is asked whether its differences go on from those before and after
    it as good videos' do, or are as large as between any two moments. The score sums up
    the segments that hold the frame, so that order and jumps count, and the midst of a
    long strange segment as well as its ends.

    Where all references hold their ``frame_features``, these are judged beside the
    embeddings, less their mean over the video.

    The threshold is such that a share ``quantile`` of the references, each judged by
    what the others teach, has no frame above it, and 0 at least. References that the
    encoder was trained on differ less than new videos do: then good new videos stand
    out too often.

    Args:
        references: Good videos of one process, each with a frame; two at least, better
            ten. Time grows with the square of their number.
        quantile: Of the references' highest scores, in [0, 1].

    Raises:
        ValueError: Fewer than two references, one without a frame, embeddings that are
            not finite, of different sizes or models, or a quantile out of range.
    """

    def __init__(
        self, references: Sequence[EmbeddingLike], quantile: float = 0.9
    ) -> None:
        if len(references) < 2:
            raise ValueError(
                f'deviations need two references at least, got {len(references)}'
            )
        if not 0 <= quantile <= 1:
            raise ValueError(f'quantile must be in [0, 1], got {quantile}')
        self._provenance = check_same_model(references)
        frames = _frames_of(references, 'reference ')
        self._first = frames[0]
        self._reduced = principal_axes(frames)
        self._references = [video @ self._reduced for video in frames]
        widths = [self._reduced.shape[1]]
        kept = [
            each for video in references if (each := _features_of(video)) is not None
        ]
        self._with_features = len(kept) == len(references)
        if self._with_features:
            features = to_embeddings(kept, 'frame features of reference ')
            self._first_features = features[0]
            widths.append(features[0].shape[1])
            self._references = list(map(_side_by_side, self._references, features))
        # Aligned by what tells moments apart: the look of a scene misleads.
        strayed = _strayed(self._references, _paths_of_pairs(frames))
        self._axes = axes_of_parts(self._references, strayed, widths)
        self._mean = np.concatenate(self._references).mean(axis=0)
        self._aligned = [self._along_axes(video) for video in self._references]
        strayed = _strayed(self._references, _paths_of_pairs(self._aligned))
        self._usual = UsualDifferences.of(self._references, strayed, widths)
        highest = []
        for index, difference in enumerate(strayed):
            others = _others(self._references, index), _others(strayed, index)
            usual = UsualDifferences.of(*others, widths)
            highest.append(usual.odds(difference).max())
        self.threshold = max(0.0, float(np.quantile(highest, quantile)))

    def __call__(self, video: EmbeddingLike) -> Deviations:
        """Judge a video.

        Raises:
            ValueError: No frame, embeddings that are not finite, or of another size or
                model, or no frame features where the references have them.
        """
        check_same_model([video], self._provenance)
        frames = _frames_of([self._first, video], 'judged ')[1] @ self._reduced
        if self._with_features:
            features = _features_of(video)
            if features is None:
                name = getattr(video, 'filename', 'the judged video')
                raise ValueError(
                    f'{name}: holds no frame features, and the references do; embed it '
                    'again'
                )
            both = to_embeddings([self._first_features, features], 'frame features of ')
            frames = _side_by_side(frames, both[1])
        along = self._along_axes(frames)
        paths = [align_windows(along, reference) for reference in self._aligned]
        difference = differences(frames, self._references, paths)
        scores = self._usual.odds(difference, self.threshold)
        times = video.timestamps if isinstance(video, VideoEmbedding) else None
        return Deviations.of(scores, self.threshold, times)

    def _along_axes(self, video: Floats) -> Floats:
        along: Floats = (video - self._mean) @ self._axes
        return along


def _frames_of(videos: Sequence[EmbeddingLike], what: str) -> list[Floats]:
    """Embeddings of unit length."""
    arrays = to_embeddings(
        [v.embeddings if isinstance(v, VideoEmbedding) else v for v in videos], what
    )
    for index, array in enumerate(arrays):
        if not len(array):
            raise ValueError(f'{what}video {index} has no frame')
    return [unit_rows(array) for array in arrays]


def _features_of(video: EmbeddingLike) -> np.ndarray | None:
    return video.frame_features if isinstance(video, VideoEmbedding) else None


def _side_by_side(frames: Floats, features: Floats) -> Floats:
    """Embeddings and frame features; these less their mean, the look of the scene."""
    return np.concatenate([frames, features - features.mean(axis=0)], axis=1)


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


def _strayed(videos: list[Floats], paths: list[list[Ints]]) -> list[Floats]:
    """Differences of each video from the others."""
    return [
        differences(video, _others(videos, index), _others(paths[index], index))
        for index, video in enumerate(videos)
    ]
