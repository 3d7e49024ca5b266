"""NT-Xent over the clips of all processes."""

from mmaction.registry import MODELS
from mmengine import dist
from torch import Tensor, nn

from carl_mm.distributed.batches import gather_videos
from carl_mm.functional.losses.nt_xent import nt_xent_loss


@MODELS.register_module()
class NTXentLoss(nn.Module):
    """NT-Xent, both directions, with the clips of all processes as negatives (CVRL).

    It compares clips, so it belongs to a `ClipContrastiveHead` and takes no
    `FrameBatch`. Gradients flow through the other processes' clips too, as published:
    the average that DDP takes is the gradient of one process with the whole batch.

    Args:
        temperature: Number that divides the cosine similarities.

    Raises:
        ValueError: The temperature is not positive.
    """

    def __init__(self, temperature: float = 0.1) -> None:
        super().__init__()
        if temperature <= 0:
            raise ValueError(f'temperature must be positive, got {temperature}')
        self.temperature = temperature

    def forward(self, embedding: Tensor) -> Tensor:
        """Compare every clip with those of all videos.

        Args:
            embedding: Embeddings of two clips of each video, ``(B, 2, D)``,
                L2-normalised. B is the same on every process.

        Returns:
            Scalar, in nats.
        """
        everyone = gather_videos(embedding)
        return nt_xent_loss(
            *embedding.unbind(1),
            *everyone.unbind(1),
            first=dist.get_rank() * len(embedding),
            temperature=self.temperature,
        )
