"""NT-Xent over the clips of all processes."""

import torch
from mmaction.registry import MODELS
from mmengine import dist
from torch import Tensor, nn
from torch.distributed.nn.functional import all_gather

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


def gather_videos(embedding: Tensor) -> Tensor:
    """Concatenate the videos of all processes, in the order of their ranks.

    Args:
        embedding: Videos of this process, ``(B, ...)``.

    Returns:
        Videos of all R processes, ``(R B, ...)``; gradients flow to all of them.

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
    everyone: tuple[Tensor, ...] = all_gather(  # type: ignore[no-untyped-call]
        embedding.contiguous()
    )
    return torch.cat(everyone)
