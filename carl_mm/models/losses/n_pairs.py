"""Time-contrastive networks, single view (TCN)."""

import torch
from mmaction.registry import MODELS
from torch import Tensor

from carl_mm.functional.losses.n_pairs import n_pairs_loss
from carl_mm.models.losses.base import FramewiseLoss
from carl_mm.models.losses.frame_batch import FrameBatch


@MODELS.register_module()
class NPairsLoss(FramewiseLoss):
    """Time-contrastive networks, single view (TCN).

    Anchors and their positives alternate, as `AnchorPositiveCrop` draws them.

    Args:
        regularisation: Weight of the mean squared norms of the embeddings.

    Raises:
        ValueError: An argument is out of its range.
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
        """Return the mean loss of the videos that have a valid pair, a scalar.

        Raises:
            ValueError: T is odd, or no anchor is valid together with its positive.
        """
        videos = batch.by_view()
        num_frames = videos.embedding.shape[1]
        if num_frames % 2:
            raise ValueError(
                f'T must be even, anchors and positives alternate; got T = '
                f'{num_frames}: use AnchorPositiveCrop'
            )
        pairs = torch.unflatten(videos.embedding, 1, (-1, 2))  # (B V, T / 2, 2, D)
        whole = torch.unflatten(videos.valid, 1, (-1, 2)).all(dim=2)
        return n_pairs_loss(
            *pairs.unbind(2), regularisation=self.regularisation, valid=whole
        )
