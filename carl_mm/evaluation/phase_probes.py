"""Metrics that fit a probe on the train videos."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from mmaction.registry import METRICS

from carl_mm.evaluation.action_videos import ActionVideos, view_pairs
from carl_mm.evaluation.framewise_metric import FramewiseMetric
from carl_mm.functional import phase_classification, phase_progression
from carl_mm.functional.metrics.phase_probes import check_classification_options

SCORE_NAMES = {'accuracy': 'acc', 'weighted_f1': 'f1'}


@METRICS.register_module()
class PhaseClassification(FramewiseMetric):
    """Score of a classifier of frames, in [0, 1].

    It is logged as ``acc`` or ``f1``; with a share of the labels as ``acc@0.1``, with
    those of three videos as ``acc@3_videos``, and its standard deviation over draws as
    ``acc@0.1_std``; fitted to one view and judged on another as ``acc_ego_to_exo``.

    Args:
        label_fractions: Shares of the train videos whose labels are used, in (0, 1].
            A share takes the first max(1, int(share x N)) videos (CARL).
        num_draws: If more than one, a share below 1 and a count take that many random
            sets of videos instead, the same ones for every embedding; their mean and
            standard deviation are logged.
        classifier: 'logreg' or 'svm', see `carl_mm.functional.phase_classification`.
        score: 'accuracy' or 'weighted_f1'.
        views: Names of two views, such as ('ego', 'exo'); adds the scores across them,
            with all labels.
        collect_device: Device for gathering, see `FramewiseMetric`.
        prefix: Prefix of the logged keys, see `FramewiseMetric`.
        label_counts: Numbers of train videos whose labels are used (AE2: 1, 2, 3, 5 and
            10); all where there are no more.

    Raises:
        ValueError: An option is unknown or a number out of range.
    """

    default_prefix: ClassVar[str] = 'phase_classification'
    larger_is_better = tuple(SCORE_NAMES.values())
    needs_labels = ('train', 'test')
    min_videos = 1  # in a share of the labels

    def __init__(
        self,
        label_fractions: tuple[float, ...] = (0.1, 0.5, 1.0),
        num_draws: int = 1,
        classifier: str = 'logreg',
        score: str = 'accuracy',
        views: tuple[str, ...] = (),
        collect_device: str = 'gpu',
        prefix: str | None = None,
        label_counts: tuple[int, ...] = (),
    ) -> None:
        super().__init__(collect_device, prefix)
        if not label_fractions or not all(0 < f <= 1 for f in label_fractions):
            raise ValueError(f'label_fractions must be in (0, 1]: {label_fractions}')
        if min((num_draws, *label_counts)) < 1:
            raise ValueError(
                'num_draws and label_counts must be at least 1, got '
                f'{num_draws} and {label_counts}'
            )
        check_classification_options(classifier, score)
        self.num_draws, self.classifier, self.score = num_draws, classifier, score
        name = SCORE_NAMES[score]
        self.fractions = {
            name if fraction == 1 else f'{name}@{fraction:g}': fraction
            for fraction in label_fractions
        }
        self.crossings = {f'{name}_{a}_to_{b}': (a, b) for a, b in view_pairs(views)}
        self.counts = {f'{name}@{count}_videos': count for count in label_counts}
        few = [key for key, fraction in self.fractions.items() if fraction < 1]
        few += self.counts
        stds = [f'{key}_std' for key in few] if num_draws > 1 else []
        self.keys = (*self.fractions, *self.counts, *stds, *self.crossings)

    def evaluate_action(self, videos: ActionVideos) -> dict[str, float]:
        """Fit and judge for each label fraction, draw and pair of views."""
        everything = list(range(len(videos.test_embeddings)))
        values = {}
        for key in (*self.fractions, *self.counts):
            scores = []
            for train in self._label_sets(len(videos.train_embeddings), key):
                self._name_missing(videos, train, key)
                scores.append(self._judge(videos, train, everything))
            values[key] = float(np.mean(scores))
            values[f'{key}_std'] = float(np.std(scores))
        for key, (fitted, judged) in self.crossings.items():
            train = [i for i, view in enumerate(videos.train_views) if view == fitted]
            test = [i for i, view in enumerate(videos.test_views) if view == judged]
            values[key] = self._judge(videos, train, test)
        return {key: values[key] for key in self.keys}

    def _label_sets(self, total: int, key: str) -> list[list[int]]:
        """Return the indices of the train videos of each draw."""
        if key in self.counts:
            count = self.counts[key]
        else:
            count = max(self.min_videos, int(self.fractions[key] * total))
        if count >= total or self.num_draws == 1:
            return [list(range(min(count, total)))]
        rng = np.random.default_rng(0)
        draws = [rng.choice(total, count, replace=False) for _ in range(self.num_draws)]
        return [sorted(draw.tolist()) for draw in draws]

    def _name_missing(self, videos: ActionVideos, train: list[int], key: str) -> None:
        present = {int(x) for i in train for x in np.unique(videos.train_labels[i])}
        tested = {int(x) for labels in videos.test_labels for x in np.unique(labels)}
        missing = sorted(tested - present - {-1})
        if present and missing:
            names = [videos.phases[i] if videos.phases else str(i) for i in missing]
            share = (
                f'{self.counts[key]} labelled videos'
                if key in self.counts
                else f'{self.fractions[key]:g} of the labels'
            )
            self._warn(
                f'action {videos.action!r}: with {share} no train '
                f'video has {", ".join(names)}; such test frames count as wrong'
            )

    def _judge(
        self, videos: ActionVideos, train: Sequence[int], test: Sequence[int]
    ) -> float:
        return self.classify(
            [videos.train_embeddings[i] for i in train],
            [videos.train_labels[i] for i in train],
            [videos.test_embeddings[i] for i in test],
            [videos.test_labels[i] for i in test],
            len(videos.phases),
        )

    def classify(
        self,
        train_embeddings: list[np.ndarray],
        train_labels: list[np.ndarray],
        test_embeddings: list[np.ndarray],
        test_labels: list[np.ndarray],
        num_phases: int,
    ) -> float:
        """Fit on the train videos and score the test videos."""
        return phase_classification(
            train_embeddings,
            train_labels,
            test_embeddings,
            test_labels,
            classifier=self.classifier,
            score=self.score,
        )


@METRICS.register_module()
class PhaseProgression(FramewiseMetric):
    """Mean R squared of linear regressions on the time to each phase's end.

    Args:
        include_last: Make the last phase a target as well (AE2).
        collect_device: Device for gathering, see `FramewiseMetric`.
        prefix: Prefix of the logged keys, see `FramewiseMetric`.
        frame_number_scale: If not 0, a frame's number times this is one more channel
            of every embedding (AE2 on Pour Liquid: 0.001).
    """

    default_prefix: ClassVar[str] = 'phase_progression'
    larger_is_better = ('r2',)
    needs_labels = ('train', 'test')
    keys = ('r2',)

    def __init__(
        self,
        include_last: bool = False,
        collect_device: str = 'gpu',
        prefix: str | None = None,
        frame_number_scale: float = 0.0,
    ) -> None:
        super().__init__(collect_device, prefix)
        self.include_last = include_last
        self.frame_number_scale = frame_number_scale

    def evaluate_action(self, videos: ActionVideos) -> dict[str, float]:
        """Fit to the train videos and judge the test videos."""
        r2 = phase_progression(
            videos.train_embeddings,
            videos.train_labels,
            videos.test_embeddings,
            videos.test_labels,
            len(videos.phases),
            include_last=self.include_last,
            frame_number_scale=self.frame_number_scale,
        )
        return {'r2': r2}
