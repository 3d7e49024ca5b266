"""Losses of methods that CARL is compared with; see `carl_mm.functional`.

Each is the loss of a `FramewiseLossHead`.
"""

import math
from typing import Any

import torch
from mmaction.registry import MODELS
from torch import Tensor, nn

from carl_mm.functional.cycle_consistency import cycle_consistency_loss
from carl_mm.functional.n_pairs import n_pairs_loss
from carl_mm.functional.nearest_frame_contrast import nearest_frame_contrastive_loss
from carl_mm.models.frame_batch import FrameBatch


@MODELS.register_module()
class NearestFrameContrastiveLoss(nn.Module):
    """The contrastive baseline (CARL, Table 13).

    Args:
        temperature: Divides the cosine similarities.
        max_gap: In source frames; a frame whose nearest one of the other view is
            farther has no positive and is left out.

    Raises:
        ValueError: An argument out of its range.
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
        """Compare the two views ``(B, 2, T, D)`` of every video."""
        return nearest_frame_contrastive_loss(
            *batch.embedding.unbind(1),
            *batch.frame_inds.unbind(1),
            *batch.valid.unbind(1),
            temperature=self.temperature,
            max_gap=self.max_gap,
        )


@MODELS.register_module()
class NPairsLoss(nn.Module):
    """Time-contrastive networks, single view (TCN).

    The crop is an `AnchorPositiveCrop`: anchors and positives alternate.

    Args:
        regularisation: Weight of the squared norms.

    Raises:
        ValueError: An argument out of its range.
    """

    per_video = True

    def __init__(self, regularisation: float = 0.002) -> None:
        super().__init__()
        if regularisation < 0:
            raise ValueError(
                f'regularisation must not be negative, got {regularisation}'
            )
        self.regularisation = regularisation

    def forward(self, batch: FrameBatch) -> Tensor:
        """Mean of `n_pairs_loss` over the videos ``(B, V, T, D)`` with a whole pair.

        Raises:
            ValueError: An odd T, or no pair.
        """
        videos = batch.by_view()
        num_frames = videos.embedding.shape[1]
        if num_frames % 2:
            raise ValueError(
                f'T must be even, anchors and positives alternate; got T = '
                f'{num_frames}: use AnchorPositiveCrop'
            )
        pairs = videos.embedding.unflatten(1, (-1, 2))  # (B V, T / 2, 2, D)
        whole = videos.valid.unflatten(1, (-1, 2)).all(dim=2)
        losses = [
            n_pairs_loss(*video[kept].unbind(1), regularisation=self.regularisation)
            for video, kept in zip(pairs, whole, strict=True)
            if kept.any()
        ]
        if not losses:
            raise ValueError('no video has a valid anchor with a valid positive')
        return torch.stack(losses).mean()


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
