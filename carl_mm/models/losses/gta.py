"""Global temporal alignment and cycle-consistency (GTA)."""

from typing import Any

import torch
from mmaction.registry import MODELS
from torch import Tensor

from carl_mm.functional.losses.gta import global_alignment_loss
from carl_mm.models.losses.base import FramewiseLoss
from carl_mm.models.losses.frame_batch import FrameBatch


@MODELS.register_module()
class GlobalAlignmentLoss(FramewiseLoss):
    """Global temporal alignment and cycle-consistency (GTA).

    Args:
        gamma: Softness of the minimum, in nats.
        temperature: Number that divides the similarities.
        alignment_weight: Weight of the smooth DTW of each direction.
        cycle_weight: Weight of the cycle-consistency.
        label_smoothing: Share of the cycle's target that is spread over all frames, in
            [0, 1).

    Raises:
        ValueError: An argument is out of its range.
    """

    per_video = True

    def __init__(
        self,
        gamma: float = 0.1,
        temperature: float = 0.1,
        alignment_weight: float = 0.1,
        cycle_weight: float = 1.0,
        label_smoothing: float = 0.1,
    ) -> None:
        super().__init__()
        self.options: dict[str, Any] = {
            'gamma': gamma,
            'temperature': temperature,
            'alignment_weight': alignment_weight,
            'cycle_weight': cycle_weight,
            'label_smoothing': label_smoothing,
        }
        global_alignment_loss(torch.zeros(2, 1, 1), **self.options)  # checks

    def forward(self, batch: FrameBatch) -> Tensor:
        """Return the mean loss of all pairs of videos of one action, a scalar."""
        videos = batch.by_view()
        return global_alignment_loss(
            videos.embedding, groups=videos.groups, **self.options, valid=videos.valid
        )
