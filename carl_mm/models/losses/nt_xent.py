"""NT-Xent over the clips of all processes."""

import torch
from mmaction.registry import MODELS
from mmengine import dist
from torch import Tensor, nn
from torch.distributed.nn.functional import all_gather

from carl_mm.functional import nt_xent_loss


@MODELS.register_module()
class NTXentLoss(nn.Module):
    """NT-Xent, both directions, with the clips of all processes as negatives (CVRL).

    Gradients flow through the other processes' clips too, as published: those that DDP
    averages are those of one process with the whole batch.

    Args:
        temperature: Divides the cosine similarities.

    Raises:
        ValueError: A temperature that is not positive.
    """

    def __init__(self, temperature: float = 0.1) -> None:
        super().__init__()
        if temperature <= 0:
            raise ValueError(f'temperature must be positive, got {temperature}')
        self.temperature = temperature

    def forward(self, embedding: Tensor) -> Tensor:
        """Compare every clip with those of all videos.

        Args:
            embedding: ``(B, 2, D)``, L2-normalised; B the same on every process.

        Returns:
            Scalar.
        """
        everyone = gather_videos(embedding)
        return nt_xent_loss(
            *embedding.unbind(1),
            *everyone.unbind(1),
            first=dist.get_rank() * len(embedding),
            temperature=self.temperature,
        )


def gather_videos(embedding: Tensor) -> Tensor:
    """Concatenate the videos of all processes, in the order of their ranks.

    Args:
        embedding: ``(B, ...)``.

    Returns:
        ``(R B, ...)`` of R processes; differentiable in all of them.

    Raises:
        ValueError: The processes hold different numbers of videos.
    """
    if dist.get_world_size() == 1:
        return embedding
    size = torch.tensor([len(embedding)], device=embedding.device)
    sizes = [int(other) for other in dist.all_gather(size)]
    if len(set(sizes)) > 1:
        raise ValueError(
            f'the processes hold {sizes} videos, but each needs as many as the others; '
            'set train_dataloader.drop_last=True'
        )
    return torch.cat(all_gather(embedding.contiguous()))
