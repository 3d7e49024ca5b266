"""Metrics that fit a linear probe on the train videos."""

from typing import ClassVar

from mmaction.registry import METRICS

from carl_mm.evaluation.base import ActionVideos, FramewiseMetric
from carl_mm.functional import phase_classification, phase_progression


@METRICS.register_module()
class PhaseClassification(FramewiseMetric):
    """Accuracy of a logistic regression on frames, in [0, 1].

    Args:
        label_fractions: Shares of the train videos whose labels are used, in (0, 1];
            1.0 is logged as ``acc``, others as ``acc@0.1`` and so on. A share takes
            the first max(1, int(share x N)) videos.
        collect_device: As in `FramewiseMetric`.
        prefix: As in `FramewiseMetric`.
    """

    default_prefix: ClassVar[str] = 'phase_classification'

    def __init__(
        self,
        label_fractions: tuple[float, ...] = (0.1, 0.5, 1.0),
        collect_device: str = 'gpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(collect_device, prefix)
        if not label_fractions or not all(0 < f <= 1 for f in label_fractions):
            raise ValueError(f'label_fractions must be in (0, 1]: {label_fractions}')
        self.fractions = {
            'acc' if fraction == 1 else f'acc@{fraction:g}': fraction
            for fraction in label_fractions
        }
        self.keys = tuple(self.fractions)

    def evaluate_action(self, videos: ActionVideos) -> dict[str, float]:
        """Fit and judge, once a label fraction."""
        total = len(videos.train_embeddings)
        values = {}
        for key, fraction in self.fractions.items():
            count = max(1, int(fraction * total))
            values[key] = phase_classification(
                videos.train_embeddings[:count],
                videos.train_labels[:count],
                videos.test_embeddings,
                videos.test_labels,
            )
        return values


@METRICS.register_module()
class PhaseProgression(FramewiseMetric):
    """Mean R squared of linear regressions on the time to each phase's end."""

    default_prefix: ClassVar[str] = 'phase_progression'
    keys = ('r2',)

    def evaluate_action(self, videos: ActionVideos) -> dict[str, float]:
        """Fit and judge."""
        r2 = phase_progression(
            videos.train_embeddings,
            videos.train_labels,
            videos.test_embeddings,
            videos.test_labels,
            len(videos.phases),
        )
        return {'r2': r2}
