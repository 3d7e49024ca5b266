"""FineGym's linear protocol as a metric."""

from typing import Any

import numpy as np
from mmaction.registry import METRICS

from carl_mm.evaluation.phase_probes import PhaseClassification
from carl_mm.functional import linear_classification


@METRICS.register_module()
class LinearClassification(PhaseClassification):
    """Accuracy of one linear layer trained by SGD: FineGym's protocol (GTA, CARL).

    It suits data sets too large for `PhaseClassification`, and uses a GPU where there
    is one.

    Args:
        label_fractions: Shares of the labelled videos, see `PhaseClassification`.
        num_draws: Random sets of videos per share, see `PhaseClassification`.
        lr: Learning rate of the first epoch.
        momentum: Momentum of SGD.
        weight_decay: Weight decay of SGD.
        max_epochs: Number of epochs of the cosine schedule.
        videos_per_batch: Number of videos whose labelled frames make up a step;
            published are 10 for each process, so 40 on the paper's four GPUs.
        seed: Seed for the layer's weights and the order of the videos.
        collect_device: Device for gathering, see `FramewiseMetric`.
        prefix: Prefix of the logged keys, see `FramewiseMetric`.
        drop_last: Whether an epoch's last step is left out where it has fewer videos,
            as published. A share of the labels then takes at least
            ``videos_per_batch`` videos, if there are as many.

    Raises:
        ValueError: A number is out of range.
    """

    def __init__(
        self,
        label_fractions: tuple[float, ...] = (0.1, 0.5, 1.0),
        num_draws: int = 1,
        lr: float = 50.0,
        momentum: float = 0.9,
        weight_decay: float = 1e-6,
        max_epochs: int = 100,
        videos_per_batch: int = 10,
        seed: int = 0,
        collect_device: str = 'gpu',
        prefix: str | None = None,
        drop_last: bool = False,
    ) -> None:
        super().__init__(
            label_fractions, num_draws, collect_device=collect_device, prefix=prefix
        )
        if max_epochs < 1 or videos_per_batch < 1 or lr <= 0:
            raise ValueError(
                'lr must be positive, max_epochs and videos_per_batch at least 1, got '
                f'{lr}, {max_epochs} and {videos_per_batch}'
            )
        self.min_videos = videos_per_batch if drop_last else 1
        self.options: dict[str, Any] = {
            'lr': lr,
            'momentum': momentum,
            'weight_decay': weight_decay,
            'max_epochs': max_epochs,
            'videos_per_batch': videos_per_batch,
            'drop_last': drop_last,
            'seed': seed,
        }

    def classify(
        self,
        train_embeddings: list[np.ndarray],
        train_labels: list[np.ndarray],
        test_embeddings: list[np.ndarray],
        test_labels: list[np.ndarray],
        num_phases: int,
    ) -> float:
        """Fit on the train videos and score the test videos."""
        return linear_classification(
            train_embeddings,
            train_labels,
            test_embeddings,
            test_labels,
            num_phases,
            **self.options,
        )
