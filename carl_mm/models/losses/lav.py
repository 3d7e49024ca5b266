"""Learning by aligning videos in time (LAV)."""

from typing import Any

import torch
from mmaction.registry import MODELS
from torch import Tensor, nn

from carl_mm.functional.losses.lav import alignment_in_time_loss
from carl_mm.models.losses.frame_batch import FrameBatch


@MODELS.register_module()
class AlignmentInTimeLoss(nn.Module):
    """Learning by aligning videos in time (LAV).

    Args:
        gamma: Softness of the DTW, in squared distances.
        regularisation: Weight of the contrastive inverse difference moment, which keeps
            the frames of a video apart.
        window: In source frames; nearer frames are drawn together.
        margin: In squared distances, to which other frames are kept apart.
        divergence: Subtract the cost of aligning each video with itself.

    Raises:
        ValueError: An argument out of its range.
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
        """Align all pairs of the videos ``(B, V, T, D)``; scalar."""
        videos = batch.by_view()
        return alignment_in_time_loss(
            videos.embedding,
            videos.frame_inds,
            videos.video_lengths,
            groups=videos.groups,
            **self.options,
            valid=videos.valid,
        )
