"""Temporal cycle-consistency (TCC)."""

from typing import Any

import torch
from mmaction.registry import MODELS
from torch import Tensor, nn

from carl_mm.functional.losses.cycle_consistency import cycle_consistency_loss
from carl_mm.models.losses.frame_batch import FrameBatch


@MODELS.register_module()
class CycleConsistencyLoss(nn.Module):
    """Temporal cycle-consistency (TCC).

    Batches hold videos of one action: see `SameActionBatchSampler`; of a mixed batch
    the videos of the same action are cycled through. Several views of a video count as
    several videos.

    Args:
        variant: 'regression_mse_var', 'regression_mse', 'regression_huber' or
            'classification'.
        similarity: 'l2' or 'cosine'.
        temperature: Divides the similarities.
        label_smoothing: In [0, 1).
        variance_weight: Of the logarithm of the variance.

    Raises:
        ValueError: An argument out of its range.
    """

    def __init__(
        self,
        variant: str = 'regression_mse_var',
        similarity: str = 'l2',
        temperature: float = 0.1,
        label_smoothing: float = 0.1,
        variance_weight: float = 0.001,
    ) -> None:
        super().__init__()
        self.options: dict[str, Any] = {
            'variant': variant,
            'similarity': similarity,
            'temperature': temperature,
            'label_smoothing': label_smoothing,
            'variance_weight': variance_weight,
        }
        still = torch.zeros(2, 2, 1), torch.zeros(2, 2), torch.ones(2)
        cycle_consistency_loss(*still, **self.options)  # checks

    def forward(self, batch: FrameBatch) -> Tensor:
        """Cycle between all pairs of an action's videos ``(B, V, T, D)``."""
        videos = batch.by_view()
        return cycle_consistency_loss(
            videos.embedding,
            videos.frame_inds,
            videos.video_lengths,
            groups=videos.groups,
            **self.options,
            valid=videos.valid,
        )
