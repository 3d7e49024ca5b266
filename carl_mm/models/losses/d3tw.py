"""Discriminative differentiable dynamic time warping (D3TW)."""

from typing import Any

import torch
from mmaction.registry import MODELS
from torch import Tensor, nn

from carl_mm.functional.losses.d3tw import discriminative_dtw_loss, random_order
from carl_mm.models.losses.frame_batch import FrameBatch


@MODELS.register_module()
class DiscriminativeDTWLoss(nn.Module):
    """Discriminative differentiable DTW (D3TW), of two videos.

    Each step draws the wrong orders from torch's generator, which `EpochSeedHook`
    seeds.

    Args:
        gamma: Softness of the DTW, in squared distances.
        margin: In squared distances a frame.

    Raises:
        ValueError: An argument out of its range.
    """

    per_video = True

    def __init__(self, gamma: float = 0.1, margin: float = 1.0) -> None:
        super().__init__()
        self.options: dict[str, Any] = {'gamma': gamma, 'margin': margin}
        still = torch.zeros(2, 1, 1), torch.zeros(2, 1, dtype=torch.int64)
        discriminative_dtw_loss(*still, **self.options)  # checks

    def forward(self, batch: FrameBatch) -> Tensor:
        """Align all pairs of the videos ``(B, V, T, D)``; scalar."""
        videos = batch.by_view()
        return discriminative_dtw_loss(
            videos.embedding,
            random_order(videos.valid),
            groups=videos.groups,
            **self.options,
            valid=videos.valid,
        )
