"""Change the colour of whole batches of frames, in HSV."""

import torch
from torch import Tensor


def shift_hue(frames: Tensor, turns: float) -> Tensor:
    """Shift the hue, keeping HSV's saturation and value.

    The result is that of going through HSV and back, without leaving RGB: every channel
    is V - (V - min) clamp(min(k, 4 - k), 0, 1), k = n + 6 hue mod 6, n = 5, 3, 1.

    Args:
        frames: ``(..., 3, H, W)`` floating-point RGB in [0, 1].
        turns: Shift in turns of the colour circle; 0.5 gives the complement.

    Returns:
        ``(..., 3, H, W)``, of the dtype of ``frames``.

    Examples:
        >>> red = torch.tensor([1.0, 0.0, 0.0]).view(3, 1, 1)
        >>> shift_hue(red, 0.5).flatten().tolist()
        [0.0, 1.0, 1.0]
    """
    red, green, blue = frames.unbind(-3)
    value = frames.amax(-3)
    chroma = value - frames.amin(-3)
    scale = chroma.clamp_min(torch.finfo(frames.dtype).tiny).reciprocal()
    hue = torch.where(
        value == red,
        (green - blue) * scale,
        torch.where(
            value == green, 2 + (blue - red) * scale, 4 + (red - green) * scale
        ),
    )
    channels = []
    for offset in (5, 3, 1):
        k = (hue + (offset + 6 * turns)).remainder_(6)
        bend = torch.minimum(k, 4 - k).clamp_(0, 1)
        channels.append(value - chroma * bend)
    return torch.stack(channels, dim=-3)


def scale_saturation(frames: Tensor, factor: float) -> Tensor:
    """Multiply HSV's saturation, at most to 1, keeping hue and value.

    With V the largest channel and S = (V - min) / V, every channel c becomes
    V - (V - c) S' / S, where S' = min(factor S, 1).

    Args:
        frames: ``(..., 3, H, W)`` floating-point RGB in [0, 1].
        factor: At least 0; 0 gives gray of the frame's value, 1 the frame.

    Returns:
        ``(..., 3, H, W)``, of the dtype of ``frames``.

    Examples:
        >>> colour = torch.tensor([1.0, 0.5, 0.75]).view(3, 1, 1)
        >>> scale_saturation(colour, 0.5).flatten().tolist()
        [1.0, 0.75, 0.875]
    """
    value = frames.amax(-3, keepdim=True)
    chroma = value - frames.amin(-3, keepdim=True)
    largest = value / chroma.clamp_min(torch.finfo(frames.dtype).tiny)  # 1 / S
    return (value - (value - frames) * largest.clamp_max(factor)).clamp_min(0)
