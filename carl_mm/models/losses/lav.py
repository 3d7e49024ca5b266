"""Learning by aligning videos in time (LAV)."""

from typing import Any

import torch
from mmaction.registry import MODELS
from torch import Tensor

from carl_mm.functional.losses.lav import alignment_in_time_loss
from carl_mm.models.losses.base import FramewiseLoss
from carl_mm.models.losses.frame_batch import FrameBatch


@MODELS.register_module()
class AlignmentInTimeLoss(FramewiseLoss):
    """Learning by aligning videos in time (LAV).

    Args:
        gamma: Softness of the DTW, in squared distances.
        regularisation: Weight of the contrastive inverse difference moment, which keeps
            the frames of a video apart.
        window: Gap in time up to which frames are drawn together, in source frames.
        margin: Squared distance to which all other frames are kept apart.
        divergence: Whether the cost of aligning each video with itself is subtracted.

    Raises:
        ValueError: An argument is out of its range.
    """

    per_video = True

    def __init__(
        self,
        gamma: float = 0.1,
        regularisation: float = 0.5,
        window: float = 10.0,
        margin: float = 2.0,
        divergence: bool = False,
    ) -> None:
        super().__init__()
        self.options: dict[str, Any] = {
            'gamma': gamma,
            'regularisation': regularisation,
            'window': window,
            'margin': margin,
            'divergence': divergence,
        }
        still = torch.zeros(2, 1, 1), torch.zeros(2, 1), torch.ones(2)
        alignment_in_time_loss(*still, **self.options)  # checks

    def forward(self, batch: FrameBatch) -> Tensor:
        """Return the mean loss of all pairs of videos of one action, a scalar."""
        videos = batch.by_view()
        return alignment_in_time_loss(
            videos.embedding,
            videos.frame_inds,
            videos.video_lengths,
            groups=videos.groups,
            **self.options,
            valid=videos.valid,
        )
