"""Losses that align pairs of videos; the mathematics is in `carl_mm.functional`.

Each is the loss of a `FramewiseLossHead` with ``normalize=True``. Batches hold videos
of one action, as `SameActionBatchSampler` gives them; of a mixed batch the videos of
the same action are paired, those without an action with each other. Several views of a
video count as several videos.
"""

from typing import Any

import torch
from mmaction.registry import MODELS
from torch import Tensor, nn

from carl_mm.functional.alignment_in_time import alignment_in_time_loss
from carl_mm.functional.discriminative_dtw import discriminative_dtw_loss, random_order
from carl_mm.functional.global_alignment import global_alignment_loss
from carl_mm.models.frame_batch import FrameBatch


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


@MODELS.register_module()
class GlobalAlignmentLoss(nn.Module):
    """Global temporal alignment and cycle-consistency (GTA).

    Args:
        gamma: Softness of the minimum, in nats.
        temperature: Divides the similarities.
        alignment_weight: Of each direction's smooth DTW.
        cycle_weight: Of the cycle-consistency.
        label_smoothing: Of the cycle's target, in [0, 1).

    Raises:
        ValueError: An argument out of its range.
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
        """Align all pairs of the videos ``(B, V, T, D)``; scalar."""
        videos = batch.by_view()
        return global_alignment_loss(
            videos.embedding, groups=videos.groups, **self.options, valid=videos.valid
        )


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
