"""What frames show by themselves, scaled or reduced to few numbers."""

from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor

MAX_CHANNELS = 128
SEED = 0
PART = 256  # frames at a time
ROUNDING = 1e-6  # of the longest vector: what differs by less is the same


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
    parts = (features[s : s + PART] for s in starts)
    pooled = (part if part.dim() == 2 else part.amax((2, 3)) for part in parts)
    return torch.cat([project(part).cpu() for part in pooled])


def project(features: Tensor) -> Tensor:
    """Scale vectors to unit length and project them, see `frame_features`.

    Args:
        features: ``(..., C)``.

    Returns:
        ``(..., min(C, 128))`` float32, on the same device.
    """
    vectors = features.float()
    lengths = vectors.norm(dim=-1, keepdim=True).clamp(min=1e-12)
    channels = vectors.shape[-1]
    if channels > MAX_CHANNELS:
        vectors = vectors @ _projection(channels).to(vectors.device)
    found: Tensor = vectors / lengths
    return found


@lru_cache(maxsize=4)
def _projection(channels: int) -> Tensor:
    generator = torch.Generator().manual_seed(SEED)
    drawn: Tensor = torch.randn(channels, MAX_CHANNELS, generator=generator)
    return drawn.div_(MAX_CHANNELS**0.5)


def standardize_over_time(
    features: Tensor, parts: Sequence[int], valid: Tensor | None = None
) -> Tensor:
    """Subtract a sequence's mean from its frames and scale what is left, part by part.

    What all frames share, such as the scene, is gone, and each part has a mean square
    length of 1, so that none outweighs the others. A part that does not change is zero.

    Args:
        features: Features of the frames, ``(B, T, C)``.
        parts: Number of channels of each part; they sum up to C.
        valid: False on padding, which has no influence, ``(B, T)`` bool; by default all
            frames are real.

    Returns:
        ``(B, T, C)``, zero on padding.

    Raises:
        ValueError: The parts do not sum up to C.

    Examples:
        >>> frames = torch.tensor([[[5.0, 7.0], [9.0, 7.0]]])
        >>> standardize_over_time(frames, parts=(1, 1)).tolist()
        [[[-1.0, 0.0], [1.0, 0.0]]]
    """
    if sum(parts) != features.shape[2]:
        raise ValueError(
            f'parts of {tuple(parts)} channels are {sum(parts)}, but the features have '
            f'{features.shape[2]}'
        )
    if valid is None:
        valid = features.new_ones(features.shape[:2], dtype=torch.bool)
    real = valid[..., None].to(features)
    count = real.sum(1, keepdim=True).clamp(min=1)
    out = []
    for part in torch.split(features * real, list(parts), dim=2):
        gaps = (part - part.sum(1, keepdim=True) / count) * real
        length = (gaps.square().sum((1, 2), keepdim=True) / count).sqrt()
        largest = part.norm(dim=2, keepdim=True).amax(1, keepdim=True)
        differs = length > ROUNDING * largest
        out.append(torch.where(differs, gaps / length.where(differs, length + 1), 0))
    return torch.cat(out, dim=2)
