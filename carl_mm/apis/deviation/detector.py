"""Where a video strays from good ones."""

import math
from collections.abc import Sequence
from functools import partial

import numpy as np

from carl_mm.apis.alignment.align import EmbeddingLike
from carl_mm.apis.deviation.comparison import (
    align_pairs,
    all_features,
    differences_from_others,
    features_like,
    join_features,
    length_of,
    names_of,
    to_frames,
)
from carl_mm.apis.deviation.segments import Deviations
from carl_mm.apis.deviation.setting import UsualSetting, path_likeness
from carl_mm.apis.embedding.same_model import check_same_model
from carl_mm.functional._inputs import Floats, Ints
from carl_mm.functional.deviation.discriminant_axes import (
    axes_of_videos,
    principal_axes,
)
from carl_mm.functional.deviation.moments import moment_width
from carl_mm.functional.deviation.usual_differences import (
    UsualDifferences,
    align_windows,
    differences,
)


class DeviationDetector:
    """Learn how good videos differ, and find where another one differs more.

    Every reference is aligned with the video by DTW, and the mean of what they show is
    subtracted from each frame's embedding. Two Gaussian processes are learnt from the
    references: one of such differences between good videos, each left out and compared
    with the others, and one of the differences between any two moments. Each segment of
    the video is then judged: do its differences continue those before and after it as
    in good videos, or are they as large as between any two moments? The score of a
    frame sums over the segments that contain it, so that order and jumps count, and the
    middle of a long strange segment as well as its ends.

    If all references hold their ``frame_features``, these are judged beside the
    embeddings, after their mean over the video has been subtracted. They also tell a
    cut to another scene and back: all its frames stand out, and the others only where
    they do with and without it.

    The threshold is chosen such that a share ``quantile`` of the references, each
    judged by what the others teach, has no frame above it; it is at least 0. References
    that the encoder was trained on differ less than new videos do, so that good new
    videos stand out too often.

    Args:
        references: Good videos to `fit` at once; None to do so later.
        quantile: Share of the references in which no frame shall stand out, in [0, 1].

    Attributes:
        quantile: As given.
        threshold: Score above which a frame stands out; NaN before `fit`.

    Raises:
        ValueError: ``quantile`` is out of range; see also `fit`.

    Example:
        >>> import numpy as np
        >>> from carl_mm.apis import DeviationDetector
        >>> turn = np.linspace(0, 3, 40)
        >>> good = np.stack([np.cos(turn), np.sin(turn), 0 * turn], axis=1)
        >>> noise = np.random.default_rng(0).normal(0, 0.03, (5, 40, 3))
        >>> detector = DeviationDetector(quantile=0.9).fit(good + noise[1:])
        >>> found = detector.predict(good + noise[0])
        >>> found.threshold == detector.threshold
        True
    """

    def __init__(
        self,
        references: Sequence[EmbeddingLike] | None = None,
        quantile: float = 0.9,
    ) -> None:
        if not 0 <= quantile <= 1:
            raise ValueError(f'quantile must be in [0, 1], got {quantile}')
        self.quantile = quantile
        self.threshold = math.nan
        if references is not None:
            self.fit(references)

    def fit(self, references: Sequence[EmbeddingLike]) -> 'DeviationDetector':
        """Learn from good videos of one process.

        Args:
            references: Good videos, each with a frame; at least two, better ten. The
                time this takes grows with the square of their number. If one has more
                than 2,000 frames, each so many successive frames of all videos are
                averaged that none has more: time and memory are bounded.

        Returns:
            The detector itself.

        Raises:
            ValueError: There are fewer than two references, one has no frame, or the
                embeddings are not finite or of different sizes or models.
        """
        if len(references) < 2:
            raise ValueError(
                f'deviations need at least two references, got {len(references)}'
            )
        self._provenance = check_same_model(references)
        self._width = moment_width([length_of(each) for each in references])
        frames = to_frames(references, 'reference ', self._width)
        self._reduced = principal_axes(frames)
        self._references = [video @ self._reduced for video in frames]
        widths = [self._reduced.shape[1]]
        features = all_features(references, self._width)
        self._first_features = None if features is None else features[0]
        if features is not None:
            widths.append(features[0].shape[1])
            self._references = list(map(join_features, self._references, features))
        # Aligned by what tells moments apart: the look of a scene misleads.
        strayed = differences_from_others(self._references, align_pairs(frames))
        self._axes = axes_of_videos(self._references, strayed, widths)
        self._mean = np.concatenate(self._references).mean(axis=0)
        self._aligned = [self._along_axes(video) for video in self._references]
        paths = align_pairs(self._aligned)
        self._frames, self._names = frames, names_of(references)
        self._setting = UsualSetting.of(frames, paths, features)
        strayed = differences_from_others(self._references, paths)
        self._usual = UsualDifferences.of(self._references, strayed, widths)
        others = UsualDifferences.of_others(self._references, strayed, widths)
        highest = [
            usual.odds(difference).max()
            for usual, difference in zip(others, strayed, strict=True)
        ]
        self.threshold = max(0.0, float(np.quantile(highest, self.quantile)))
        return self

    def predict(self, video: EmbeddingLike) -> Deviations:
        """Judge a video.

        Args:
            video: A `VideoEmbedding`, or embeddings ``(T, D)``.

        Raises:
            ValueError: Nothing has been fitted; the video has no frame; its embeddings
                are not finite or of another size or model; or it lacks the frame
                features that the references have.
        """
        if math.isnan(self.threshold):
            raise ValueError('the detector is not fitted: call fit first')
        check_same_model([video], self._provenance)
        frames = to_frames([self._frames[0], video], 'judged ', self._width)[1]
        features = features_like(video, self._first_features, self._width)
        scores, paths = self._judge(frames, features)
        likeness = list(map(partial(path_likeness, frames), self._frames, paths))
        cut = self._setting.cuts(features)
        if cut.any() and features is not None:
            # Left in, it pulls the paths of the other frames with it; left out, what it
            # may stand instead of is missing. What strays does so either way.
            rest, _ = self._judge(frames[~cut], features[~cut])
            scores[~cut] = np.minimum(scores[~cut], rest)
            scores[cut] = np.maximum(scores[cut], np.nextafter(self.threshold, np.inf))
        of_frame = np.arange(length_of(video)) // self._width
        return Deviations.from_scores(
            scores[of_frame],
            self.threshold,
            video,
            cut[of_frame] if len(cut) else None,
            self._names,
            self._setting.warning(likeness),
        )

    def __call__(self, video: EmbeddingLike) -> Deviations:
        """Judge a video; see `predict`."""
        return self.predict(video)

    def _judge(
        self, frames: Floats, features: Floats | None
    ) -> tuple[Floats, list[Ints]]:
        """Return the odds of frames, and their paths to the references."""
        reduced = frames @ self._reduced
        if features is not None:
            reduced = join_features(reduced, features)
        along = self._along_axes(reduced)
        paths = [align_windows(along, reference) for reference in self._aligned]
        difference = differences(reduced, self._references, paths)
        return self._usual.odds(difference, self.threshold), paths

    def _along_axes(self, video: Floats) -> Floats:
        along: Floats = (video - self._mean) @ self._axes
        return along
