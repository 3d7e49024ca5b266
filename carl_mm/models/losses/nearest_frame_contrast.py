"""The contrastive baseline of CARL (Table 13)."""

import math

from mmaction.registry import MODELS
from torch import Tensor

from carl_mm.functional.losses.nearest_frame_contrast import (
    nearest_frame_contrastive_loss,
)
from carl_mm.models.losses.base import FramewiseLoss
from carl_mm.models.losses.frame_batch import FrameBatch


@MODELS.register_module()
class NearestFrameContrastiveLoss(FramewiseLoss):
    """The contrastive baseline (CARL, Table 13).

    Args:
        temperature: Number that divides the similarities.
        max_gap: Largest gap in time to a positive, in source frames. A frame whose
            nearest frame in the other view is farther away is left out.

    Raises:
        ValueError: An argument is out of its range.
    """

    def __init__(self, temperature: float = 0.1, max_gap: float = math.inf) -> None:
        super().__init__()
        if temperature <= 0 or max_gap < 0:
            raise ValueError(
                'temperature must be positive and max_gap not negative, got '
                f'{temperature} and {max_gap}'
            )
        self.temperature = temperature
        self.max_gap = max_gap

    def forward(self, batch: FrameBatch) -> Tensor:
        """Compare the two views ``(B, 2, T, D)`` of every video; return a scalar."""
        return nearest_frame_contrastive_loss(
            *batch.embedding.unbind(1),
            *batch.frame_inds.unbind(1),
            *batch.valid.unbind(1),
            temperature=self.temperature,
            max_gap=self.max_gap,
        )
