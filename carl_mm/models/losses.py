"""Registered losses; the mathematics stands in `carl_mm.functional`."""

from itertools import combinations

import torch
from mmaction.registry import MODELS
from torch import Tensor, nn

from carl_mm.functional import sequence_contrastive_loss


@MODELS.register_module()
class SequenceContrastiveLoss(nn.Module):
    """Sequence contrastive loss (CARL, Eq. 1 to 3).

    Args:
        variance: Of the Gaussian time prior, in squared ``variance_unit``.
        temperature: Divides the cosine similarities.
        negatives: 'video' (the other view) or 'batch' (all other videos as well).
        variance_unit: 'frame' of the source video (the paper), or 'stride', the mean
            gap of a video's sampled frames, for videos of very different length.
        eps: Added to probabilities before the logarithm.

    Raises:
        ValueError: An argument out of its range.
    """

    def __init__(
        self,
        variance: float = 10.0,
        temperature: float = 0.1,
        negatives: str = 'video',
        variance_unit: str = 'frame',
        eps: float = 1e-6,
    ) -> None:
        super().__init__()
        if variance <= 0 or temperature <= 0:
            raise ValueError(
                'variance and temperature must be positive, got '
                f'{variance} and {temperature}'
            )
        if negatives not in ('video', 'batch'):
            raise ValueError(f"negatives must be 'video' or 'batch', got {negatives!r}")
        if variance_unit not in ('frame', 'stride'):
            raise ValueError(
                f"variance_unit must be 'frame' or 'stride', got {variance_unit!r}"
            )
        self.variance = variance
        self.variance_unit = variance_unit
        self.temperature = temperature
        self.negatives = negatives
        self.eps = eps

    def forward(self, embedding: Tensor, frame_inds: Tensor, valid: Tensor) -> Tensor:
        """Compare the views of every video, each two of them.

        Args:
            embedding: ``(B, V, T, D)``, L2-normalised.
            frame_inds: ``(B, V, T)``, frames of the source video.
            valid: ``(B, V, T)`` bool.

        Returns:
            Scalar, the mean over the pairs of views.
        """
        pairs = list(combinations(range(embedding.shape[1]), 2))
        losses = [
            sequence_contrastive_loss(
                *embedding[:, pair].unbind(1),
                *frame_inds[:, pair].unbind(1),
                *valid[:, pair].unbind(1),
                variance=self.variance,
                temperature=self.temperature,
                negatives=self.negatives,
                variance_unit=self.variance_unit,
                eps=self.eps,
            )
            for pair in pairs
        ]
        return torch.stack(losses).mean()
