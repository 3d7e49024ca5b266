"""Form pairs of videos for the losses that align them."""

import torch
from torch import Tensor

from carl_mm.functional.losses._frames import clean, known


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
) -> tuple[Tensor, Tensor, Tensor]:
    """Pair each video with every later one of its action.

    Args:
        num_frames: Numbers of valid frames, ``(B,)``; a pair with a video without any
            does not count.
        groups: Number of each video's action, ``(B,)`` integers, on the CPU, where the
            pairs are formed; None where all videos are of one action.
        loss: Name of the loss, for the error.

    Returns:
        Places of the first and of the second video of each pair, ``(P,)`` twice, and
        whether it counts, ``(P,)`` bool.

    Raises:
        ValueError: No two videos are of one action, or none of them counts as far as
            that is known; or ``groups`` has another shape.
    """
    groups = _one_each(groups, num_frames)
    paired = groups.unsqueeze(1) == groups.unsqueeze(0)
    first, second = _places(paired.triu(1), num_frames)
    counted = (num_frames[first] > 0) & (num_frames[second] > 0)
    if not len(first) or known(~counted.any()):
        raise ValueError(
            f'{loss} aligns pairs of videos: a batch needs at least 2 of one action '
            f'with a valid frame each, got {len(num_frames)} videos of '
            f'{num_frames.tolist()} frames, of actions {groups.tolist()}; set '
            'batch_size to 2 or more and batch_sampler to SameActionBatchSampler'
        )
    return first, second, counted


def ordered_pairs(
    valid: Tensor, groups: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    """Pair each video with every other one of its action, for cycle-consistency.

    Args:
        valid: True on real frames, ``(B, T)`` bool; what counts is a cycle from a video
            of two valid frames or more to one of at least one.
        groups: As in `same_action_pairs`.

    Returns:
        Places of each cycle's video and of the one it goes to, ``(P,)`` twice, and
        whether it counts, ``(P,)`` bool.

    Raises:
        ValueError: There is no such pair, as far as that is known, or ``groups`` has
            another shape.
    """
    frames = valid.sum(dim=1)
    groups = _one_each(groups, frames)
    pairs = groups.unsqueeze(1) == groups.unsqueeze(0)
    start, other = _places(pairs & ~torch.eye(len(pairs), dtype=torch.bool), frames)
    counted = (frames[start] > 1) & (frames[other] > 0)
    if not len(start) or known(~counted.any()):
        raise ValueError(
            'cycle-consistency needs at least 2 videos in a batch, of one action, and '
            f'one of them with 2 valid frames; the {len(valid)} given have '
            f'{frames.tolist()} and are of actions {groups.tolist()}; set batch_size '
            'to 2 or more and batch_sampler to SameActionBatchSampler'
        )
    return start, other, counted


def _places(pairs: Tensor, like: Tensor) -> tuple[Tensor, Tensor]:
    """Return the rows and the columns of what is True, on the device of ``like``."""
    rows, columns = (
        part.to(like.device, non_blocking=True) for part in pairs.nonzero(as_tuple=True)
    )
    return rows, columns


def _one_each(groups: Tensor | None, num_frames: Tensor) -> Tensor:
    """Return the number of each video's action, the same where none is given."""
    if groups is None:
        return torch.zeros(num_frames.shape, dtype=torch.int64)
    if groups.shape != num_frames.shape:
        raise ValueError(
            f'groups must be ({len(num_frames)},), one a video, got '
            f'{tuple(groups.shape)}'
        )
    return groups.cpu()


def squared_distances(a: Tensor, b: Tensor) -> Tensor:
    """Return squared Euclidean distances of ``(P, N, D)`` and ``(P, M, D)``.

    Returns:
        ``(P, N, M)``.
    """
    squares_a, squares_b = (z.square().sum(dim=2) for z in (a, b))
    return squares_a.unsqueeze(2) + squares_b.unsqueeze(1) - 2 * a @ b.mT
