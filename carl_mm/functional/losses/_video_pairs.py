"""Form pairs of videos for the losses that align them."""

import torch
from torch import Tensor

from carl_mm.functional.losses._frames import clean


def pack(embedding: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
    """Move each video's valid frames to the front, in order.

    Args:
        embedding: Embeddings, ``(B, T, D)``.
        valid: True on real frames, ``(B, T)`` bool.

    Returns:
        Embeddings ``(B, T, D)``, at least float32, zero after the valid frames, and
        the number of valid frames, ``(B,)`` int64.
    """
    order = (~valid).byte().argsort(dim=1, stable=True).unsqueeze(2)
    packed = clean(embedding, valid).gather(1, order.expand_as(embedding))
    return packed, valid.sum(dim=1)


def same_action_pairs(
    num_frames: Tensor, groups: Tensor | None, loss: str
) -> tuple[Tensor, Tensor]:
    """Pair each video with every later one of its action.

    Args:
        num_frames: Numbers of valid frames, ``(B,)``; a video without any is in no
            pair.
        groups: Number of each video's action, ``(B,)`` integers; None where all videos
            are of one action.
        loss: Name of the loss, for the error.

    Returns:
        Places of the first and of the second video of each pair, ``(P,)`` twice.

    Raises:
        ValueError: No two videos are of one action, or ``groups`` has another shape.
    """
    groups = _one_each(groups, num_frames)
    paired = groups.unsqueeze(1) == groups.unsqueeze(0)
    paired &= (num_frames > 0).unsqueeze(1) & (num_frames > 0).unsqueeze(0)
    first, second = paired.triu(1).nonzero(as_tuple=True)
    if not len(first):
        raise ValueError(
            f'{loss} aligns pairs of videos: a batch needs at least 2 of one action '
            f'with a valid frame each, got {len(num_frames)} videos of '
            f'{num_frames.tolist()} frames, of actions {groups.tolist()}; set '
            'batch_size to 2 or more and batch_sampler to SameActionBatchSampler'
        )
    return first, second


def ordered_pairs(valid: Tensor, groups: Tensor | None) -> tuple[Tensor, Tensor]:
    """Pair each video with every other one of its action, for cycle-consistency.

    Args:
        valid: True on real frames, ``(B, T)`` bool; a cycle starts in a video of two
            valid frames or more, and goes to one of at least one.
        groups: Number of each video's action, ``(B,)`` integers; None where all videos
            are of one action.

    Returns:
        Places of each cycle's video and of the one it goes to, ``(P,)`` twice.

    Raises:
        ValueError: There is no such pair, or ``groups`` has another shape.
    """
    frames = valid.sum(dim=1)
    groups = _one_each(groups, frames)
    pairs = (frames > 1).unsqueeze(1) & (frames > 0).unsqueeze(0)
    pairs &= groups.unsqueeze(1) == groups.unsqueeze(0)
    pairs &= ~torch.eye(len(valid), dtype=torch.bool, device=valid.device)
    start, other = pairs.nonzero(as_tuple=True)
    if not len(start):
        raise ValueError(
            'cycle-consistency needs at least 2 videos in a batch, of one action, and '
            f'one of them with 2 valid frames; the {len(valid)} given have '
            f'{frames.tolist()} and are of actions {groups.tolist()}; set batch_size '
            'to 2 or more and batch_sampler to SameActionBatchSampler'
        )
    return start, other


def _one_each(groups: Tensor | None, num_frames: Tensor) -> Tensor:
    """Return the number of each video's action, the same where none is given."""
    if groups is None:
        return torch.zeros_like(num_frames)
    if groups.shape != num_frames.shape:
        raise ValueError(
            f'groups must be ({len(num_frames)},), one a video, got '
            f'{tuple(groups.shape)}'
        )
    return groups


def squared_distances(a: Tensor, b: Tensor) -> Tensor:
    """Return squared Euclidean distances of ``(P, N, D)`` and ``(P, M, D)``.

    Returns:
        ``(P, N, M)``.
    """
    squares_a, squares_b = (z.square().sum(dim=2) for z in (a, b))
    return squares_a.unsqueeze(2) + squares_b.unsqueeze(1) - 2 * a @ b.mT
