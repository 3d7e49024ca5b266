"""The batches of all processes, joined; gradients flow to all of them."""

import torch
from mmengine import dist
from torch import Tensor, distributed
from torch.distributed.nn.functional import all_gather

from carl_mm.distributed.host_group import host_group


def gather_videos(videos: Tensor) -> Tensor:
    """Concatenate the videos of all processes, in the order of their ranks.

    Args:
        videos: Videos of this process, ``(B, ...)``, of any dtype.

    Returns:
        Videos of all R processes, ``(R B, ...)``; gradients flow to all of them.

    Raises:
        ValueError: The processes hold different numbers of videos, or of frames.
    """
    if dist.get_world_size() == 1:
        return videos
    _check_shapes(videos)
    if not videos.requires_grad:
        parts = [torch.empty_like(videos) for _ in range(dist.get_world_size())]
        distributed.all_gather(parts, videos.contiguous())
        return torch.cat(parts)
    everyone: tuple[Tensor, ...] = all_gather(  # type: ignore[no-untyped-call]
        videos.contiguous()
    )
    return torch.cat(everyone)


def _check_shapes(videos: Tensor) -> None:
    """Compare on the host, so that no GPU is waited for."""
    own = torch.tensor(videos.shape)
    everyone = [torch.empty_like(own) for _ in range(dist.get_world_size())]
    distributed.all_gather(everyone, own, group=host_group())
    shapes = [tuple(shape.tolist()) for shape in everyone]
    if len({shape[1:] for shape in shapes}) > 1:
        raise ValueError(
            f'the processes hold videos of shapes {shapes}, but each needs that of '
            'the others: use one num_frames'
        )
    if len(set(shapes)) > 1:
        raise ValueError(
            f'the processes hold {[shape[0] for shape in shapes]} videos, but each '
            'needs as many as the others; set train_dataloader.drop_last=True'
        )
