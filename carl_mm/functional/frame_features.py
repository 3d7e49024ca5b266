"""Reduce what a frame shows by itself to few numbers."""

from functools import lru_cache

import torch
from torch import Tensor

MAX_CHANNELS = 128
SEED = 0
PART = 256  # frames at a time


def frame_features(features: Tensor) -> Tensor:
    """Scale spatial features to unit length and project them to at most 128 numbers.

    Random projections nearly preserve distances (Johnson and Lindenstrauss); they are
    the same for every video and model.

    Args:
        features: ``(T, C)``, or maps ``(T, C, h, w)``, which are max-pooled.

    Returns:
        ``(T, min(C, 128))`` float32, on the CPU.

    Examples:
        >>> frame_features(torch.tensor([[3.0, 4.0]])).shape
        torch.Size([1, 2])
        >>> frame_features(torch.ones(5, 512, 7, 7)).shape
        torch.Size([5, 128])
    """
    # In parts: features of a long video are large, and so is a copy of them.
    starts = range(0, max(1, len(features)), PART)
    return torch.cat([_project(features[s : s + PART]).cpu() for s in starts])


def _project(features: Tensor) -> Tensor:
    pooled = (features if features.dim() == 2 else features.amax((2, 3))).float()
    lengths = pooled.norm(dim=1, keepdim=True).clamp(min=1e-12)
    channels = pooled.shape[1]
    if channels > MAX_CHANNELS:
        pooled = pooled @ _projection(channels).to(pooled.device)
    found: Tensor = pooled / lengths
    return found


@lru_cache(maxsize=4)
def _projection(channels: int) -> Tensor:
    generator = torch.Generator().manual_seed(SEED)
    drawn: Tensor = torch.randn(channels, MAX_CHANNELS, generator=generator)
    return drawn.div_(MAX_CHANNELS**0.5)
