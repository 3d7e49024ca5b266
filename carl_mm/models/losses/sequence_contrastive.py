"""Registered losses; the mathematics stands in `carl_mm.functional`."""

from mmaction.registry import MODELS
from torch import Tensor, nn

from carl_mm.functional import sequence_contrastive_loss


@MODELS.register_module()
class SequenceContrastiveLoss(nn.Module):
    """Sequence contrastive loss (CARL, Eq. 1 to 3).

    Args:
        variance: Of the Gaussian time prior, in squared source frames.
        temperature: Divides the cosine similarities.
        negatives: 'video' (the other view) or 'batch' (all other videos as well).
        eps: Added to probabilities before the logarithm.

    Raises:
        ValueError: An argument out of its range.
    """

    def __init__(
        self,
        variance: float = 10.0,
        temperature: float = 0.1,
        negatives: str = 'video',
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
        self.variance = variance
        self.temperature = temperature
        self.negatives = negatives
        self.eps = eps

    def forward(self, embedding: Tensor, frame_inds: Tensor, valid: Tensor) -> Tensor:
        """Compare the two views of every video.

        Args:
            embedding: ``(B, 2, T, D)``, L2-normalised.
            frame_inds: ``(B, 2, T)``, frames of the source video.
            valid: ``(B, 2, T)`` bool.

        Returns:
            Scalar.
        """
        return sequence_contrastive_loss(
            *embedding.unbind(1),
            *frame_inds.unbind(1),
            *valid.unbind(1),
            variance=self.variance,
            temperature=self.temperature,
            negatives=self.negatives,
            eps=self.eps,
        )
