"""Discriminative differentiable dynamic time warping (D3TW)."""

from typing import Any

import torch
from mmaction.registry import MODELS
from torch import Tensor

from carl_mm.functional.losses.d3tw import discriminative_dtw_loss, random_order
from carl_mm.models.losses.base import FramewiseLoss
from carl_mm.models.losses.frame_batch import FrameBatch


@MODELS.register_module()
class DiscriminativeDTWLoss(FramewiseLoss):
    """Discriminative differentiable DTW (D3TW), of two videos.

    The wrong orders are drawn afresh at each step from torch's generator, which
    `EpochSeedHook` seeds.

    Args:
        gamma: Softness of the DTW, in squared distances.
        margin: Margin by which the right order is to be cheaper, in squared distances
            per frame.

    Raises:
        ValueError: An argument is out of its range.
    """

    per_video = True

    def __init__(self, gamma: float = 0.1, margin: float = 1.0) -> None:
        super().__init__()
        self.options: dict[str, Any] = {'gamma': gamma, 'margin': margin}
        still = torch.zeros(2, 1, 1), torch.zeros(2, 1, dtype=torch.int64)
        discriminative_dtw_loss(*still, **self.options)  # checks

    def forward(self, batch: FrameBatch) -> Tensor:
        """Return the mean loss of all pairs of videos of one action, a scalar."""
        videos = batch.by_view()
        return discriminative_dtw_loss(
            videos.embedding,
            random_order(videos.valid),
            groups=videos.groups,
            **self.options,
            valid=videos.valid,
        )
