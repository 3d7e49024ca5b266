"""Temporal cycle-consistency (TCC)."""

from typing import Any

import torch
from mmaction.registry import MODELS
from torch import Tensor

from carl_mm.functional.losses.cycle_consistency import cycle_consistency_loss
from carl_mm.models.losses.base import FramewiseLoss
from carl_mm.models.losses.frame_batch import FrameBatch


@MODELS.register_module()
class CycleConsistencyLoss(FramewiseLoss):
    """Temporal cycle-consistency (TCC).

    Cycles run between videos of the same action, so a batch needs at least two of one:
    see `SameActionBatchSampler`. Several views of a video count as several videos.

    Args:
        variant: How the frame that a cycle returns to is judged: 'regression_mse_var',
            'regression_mse', 'regression_huber' or 'classification'.
        similarity: What the nearest frames are found by: 'l2', the negative squared
            distance, or 'cosine'.
        temperature: Number that divides the similarities.
        label_smoothing: Share of the target that is spread over all other frames, in
            [0, 1).
        variance_weight: Weight of the logarithm of the variance in
            'regression_mse_var'.
        smoothing: Whose smoothed targets, 'carl' (the code of CARL's authors, also in
            regression) or 'tcc' (TCC's code, in 'classification' alone); see
            `carl_mm.functional.cycle_consistency_loss`.
        huber_delta: Where 'regression_huber' becomes linear, in lengths of the video;
            1 in the code of CARL's authors, 0.1 in TCC's.

    Raises:
        ValueError: An argument is out of its range.
    """

    def __init__(
        self,
        variant: str = 'regression_mse_var',
        similarity: str = 'l2',
        temperature: float = 0.1,
        label_smoothing: float = 0.1,
        variance_weight: float = 0.001,
        smoothing: str = 'carl',
        huber_delta: float = 1.0,
    ) -> None:
        super().__init__()
        self.options: dict[str, Any] = {
            'variant': variant,
            'similarity': similarity,
            'temperature': temperature,
            'label_smoothing': label_smoothing,
            'variance_weight': variance_weight,
            'smoothing': smoothing,
            'huber_delta': huber_delta,
        }
        still = torch.zeros(2, 2, 1), torch.zeros(2, 2), torch.ones(2)
        cycle_consistency_loss(*still, **self.options)  # checks

    def forward(self, batch: FrameBatch) -> Tensor:
        """Return the mean error of all cycles, a scalar."""
        videos = batch.by_view()
        return cycle_consistency_loss(
            videos.embedding,
            videos.frame_inds,
            videos.video_lengths,
            groups=videos.groups,
            **self.options,
            valid=videos.valid,
        )
