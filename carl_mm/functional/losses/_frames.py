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


def check_lengths(video_lengths: Tensor, num_videos: int) -> None:
    """Raise ValueError unless there is a positive length for each video.

    That they are positive is checked as far as it is `known`.
    """
    if video_lengths.shape != (num_videos,) or known((video_lengths <= 0).any()):
        raise ValueError(
            f'video_lengths must be {num_videos} positive numbers of frames, got '
            f'{video_lengths.tolist()}'
        )


def clean(embeddings: Tensor, valid: Tensor) -> Tensor:
    """Return embeddings in float32 or more, zeroed where they are not valid.

    They may hold anything there, and NaN times a weight of 0 would still be NaN.
    """
    dtype = torch.promote_types(embeddings.dtype, torch.float32)
    return embeddings.to(dtype).masked_fill(~valid.unsqueeze(2), 0)


def mean_where(values: Tensor, counted: Tensor) -> Tensor:
    """Return the mean of some values, without waiting to learn how many they are.

    Args:
        values: Of any shape, finite.
        counted: Which of them count, bool of the same shape.

    Returns:
        Scalar; 0 where none counts.
    """
    return values.masked_fill(~counted, 0).sum() / counted.sum().clamp(min=1)


def known(condition: Tensor) -> bool:
    """Return whether a condition holds, as far as asking costs nothing.

    Args:
        condition: One bool.

    Returns:
        Its value on a CPU, else False: reading it would wait for the device at each
        step.
    """
    return condition.device.type == 'cpu' and bool(condition)


def check_two_views(emb_a: Tensor, emb_b: Tensor, *per_frame: Tensor) -> None:
    """Raise ValueError where the tensors of two views do not fit each other."""
    if emb_a.ndim != 3 or emb_a.shape != emb_b.shape:
        raise ValueError(
            'embeddings must both be (B, T, D), '
            f'got {tuple(emb_a.shape)} and {tuple(emb_b.shape)}'
        )
    if emb_a.dtype != emb_b.dtype or not emb_a.is_floating_point():
        raise ValueError(
            f'embeddings must share a float dtype, got {emb_a.dtype}, {emb_b.dtype}'
        )
    names = ('inds_a', 'inds_b', 'valid_a', 'valid_b')
    check_frames(emb_a, **dict(zip(names, per_frame, strict=True)))


def check_everyone(
    own: Tensor, embeddings: Tensor | None, valid: Tensor | None, first: int
) -> None:
    """Raise ValueError where the videos of all processes do not fit one's own."""
    if (embeddings is None) != (valid is None):
        raise ValueError('all_embeddings and all_valid are given together, or neither')
    if embeddings is None or valid is None:
        return
    if (
        embeddings.shape[1:] != (2, *own.shape[1:])
        or valid.shape != embeddings.shape[:3]
    ):
        raise ValueError(
            f'all_embeddings must be (N, 2, T, D) with T, D of {tuple(own.shape)}, and '
            f'all_valid (N, 2, T), got {tuple(embeddings.shape)} and '
            f'{tuple(valid.shape)}'
        )
    if not 0 <= first <= len(embeddings) - len(own):
        raise ValueError(
            f'videos {first} to {first + len(own) - 1} are not among the '
            f'{len(embeddings)} of all processes'
        )
