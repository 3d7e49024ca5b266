"""The sequence contrastive loss (SCL) of CARL."""

from typing import Any

from mmaction.registry import MODELS
from mmengine import dist
from torch import Tensor

from carl_mm.deprecated import warn_deprecated
from carl_mm.distributed.batches import gather_videos
from carl_mm.functional.losses.sequence_contrastive import (
    check_options,
    sequence_contrastive_loss,
)
from carl_mm.models.losses.base import FramewiseLoss
from carl_mm.models.losses.frame_batch import FrameBatch


@MODELS.register_module()
class SequenceContrastiveLoss(FramewiseLoss):
    """Sequence contrastive loss (CARL, Eq. 1 to 3).

    Args:
        variance: Variance of the Gaussian prior in time, in squared source frames.
        temperature: Number that divides the cosine similarities.
        negatives: Which frames a match is told from: 'video' (those of the video's
            other view) or 'batch' (those of all other videos as well, on all processes;
            gradients flow to these, too).
        eps: Number added to probabilities before the logarithm is taken.

    Raises:
        ValueError: An argument is out of its range.
    """

    def __init__(
        self,
        variance: float = 10.0,
        temperature: float = 0.1,
        negatives: str = 'video',
        eps: float = 1e-6,
    ) -> None:
        super().__init__()
        check_options(variance, temperature, negatives, eps)
        self.variance = variance
        self.temperature = temperature
        self.negatives = negatives
        self.eps = eps

    def forward(
        self,
        batch: FrameBatch | Tensor,
        frame_inds: Tensor | None = None,
        valid: Tensor | None = None,
    ) -> Tensor:
        """Compare the two views of every video.

        Args:
            batch: L2-normalised embeddings of two views, ``(B, 2, T, D)``.
            frame_inds: Deprecated: a `FrameBatch` holds it. Needed, as ``valid`` is,
                where ``batch`` is a tensor of embeddings.
            valid: Deprecated: a `FrameBatch` holds it.

        Returns:
            Scalar, in nats.

        Raises:
            TypeError: Neither a `FrameBatch` nor three tensors are given.
            ValueError: With negatives='batch', processes hold other numbers of videos.
        """
        if isinstance(batch, Tensor):
            batch = _batch_of_tensors(batch, frame_inds, valid)
        everyone: dict[str, Any] = {}
        if self.negatives == 'batch' and dist.get_world_size() > 1:
            everyone = {
                'all_embeddings': gather_videos(batch.embedding),
                'all_valid': gather_videos(batch.valid),
                'first': dist.get_rank() * len(batch.embedding),
            }
        return sequence_contrastive_loss(
            *batch.embedding.unbind(1),
            *batch.frame_inds.unbind(1),
            *batch.valid.unbind(1),
            variance=self.variance,
            temperature=self.temperature,
            negatives=self.negatives,
            eps=self.eps,
            **everyone,
        )


def _batch_of_tensors(
    embedding: Tensor, frame_inds: Tensor | None, valid: Tensor | None
) -> FrameBatch:
    if frame_inds is None or valid is None:
        raise TypeError(
            'SequenceContrastiveLoss takes a '
            'carl_mm.models.FrameBatch(embedding, frame_inds, valid), got a tensor'
        )
    warn_deprecated(
        'SequenceContrastiveLoss()(embedding, frame_inds, valid)',
        'call it with a carl_mm.models.FrameBatch(embedding, frame_inds, valid)',
        stacklevel=6,  # past torch's __call__
    )
    return FrameBatch(embedding, frame_inds, valid)
