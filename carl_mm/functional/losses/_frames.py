"""Check and clean the arguments of the frame-wise losses."""

import torch
from torch import Tensor


def check_frames(embeddings: Tensor, **per_frame: Tensor) -> None:
    """Check shapes and dtypes.

    Args:
        embeddings: Embeddings, ``(B, T, D)``, of any float dtype.
        **per_frame: Tensors ``(B, T)``; those whose name starts with 'valid' are bool.

    Raises:
        ValueError: A shape or a dtype is wrong; the tensor is named.
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
    """Return embeddings in float32 or more, zeroed where they are not valid.

    They may hold anything there, and NaN times a weight of 0 would still be NaN.
    """
    dtype = torch.promote_types(embeddings.dtype, torch.float32)
    return embeddings.to(dtype).masked_fill(~valid.unsqueeze(2), 0)
