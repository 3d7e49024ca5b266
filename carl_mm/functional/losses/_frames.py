"""Checks of what the frame-wise losses are given."""

import torch
from torch import Tensor


def check_frames(embeddings: Tensor, **per_frame: Tensor) -> None:
    """Check embeddings ``(B, T, D)`` and tensors ``(B, T)``, ``valid...`` of bools.

    Raises:
        ValueError: Wrong shape or dtype, by its name.
    """
    if embeddings.ndim != 3 or not embeddings.is_floating_point():
        raise ValueError(
            'embeddings must be (B, T, D) of floats, got '
            f'{tuple(embeddings.shape)} {embeddings.dtype}'
        )
    for name, tensor in per_frame.items():
        if tensor.shape != embeddings.shape[:2]:
            raise ValueError(
                f'{name} must be (B, T) = {tuple(embeddings.shape[:2])}, got '
                f'{tuple(tensor.shape)}'
            )
        if name.startswith('valid') and tensor.dtype != torch.bool:
            raise ValueError(f'{name} must be bool, got {tensor.dtype}')


def clean(embeddings: Tensor, valid: Tensor) -> Tensor:
    """At least float32, zero where not valid: NaN times a weight of 0 is still NaN."""
    dtype = torch.promote_types(embeddings.dtype, torch.float32)
    return embeddings.to(dtype).masked_fill(~valid.unsqueeze(2), 0)
