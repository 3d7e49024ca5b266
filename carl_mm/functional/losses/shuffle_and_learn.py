"""Shuffle and Learn (ECCV 2016): are three frames in order?"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from carl_mm.functional.losses._frames import (
    check_frames,
    clean,
    known,
    mean_where,
)

MIN_FRAMES = 5


def draw_triplets(
    valid: Tensor,
    num_triplets: int,
    *,
    shuffled_share: float = 0.75,
    generator: Generator | None = None,
) -> tuple[Tensor, Tensor]:
    """Draw triplets of frames in and out of order.

    For each triplet five distinct valid frames a < b < c < d < e are drawn. (b, c, d)
    is in order; (b, a, d) and (b, e, d), which are equally likely, are not. Half of the
    triplets are reversed, as time has no direction here. A video with fewer than five
    valid frames gets triplets that hold others, and counts neither here nor in
    `shuffle_and_learn_loss`.

    Args:
        valid: True on real frames, ``(B, T)`` bool, in the order of time; T >= 5.
        num_triplets: Number of triplets drawn per video, N.
        shuffled_share: Share of all triplets that are out of order, in [0, 1]; their
            number is rounded down.
        generator: Source of the draws, on the same device; by default torch's own.

    Returns:
        Places of the triplets among the T frames, ``(B, N, 3)`` int64, and whether each
        is out of order, ``(B, N)`` bool.

    Raises:
        ValueError: An option is out of its range, or no video has five valid frames, as
            far as that is known.

    Example:
        >>> import torch
        >>> from carl_mm.functional import draw_triplets
        >>> valid = torch.ones(2, 6, dtype=torch.bool)
        >>> triplets, shuffled = draw_triplets(valid, 4, shuffled_share=0.75)
        >>> triplets.shape, int(shuffled.sum())
        (torch.Size([2, 4, 3]), 6)
    """
    if num_triplets < 1 or not 0 <= shuffled_share <= 1:
        raise ValueError(
            'num_triplets must be >= 1 and shuffled_share in [0, 1], got '
            f'{num_triplets} and {shuffled_share}'
        )
    frames = valid.sum(dim=1)
    enough = frames >= MIN_FRAMES
    if valid.shape[1] < MIN_FRAMES or known(~enough.any()):
        raise ValueError(
            f'a triplet is drawn from {MIN_FRAMES} valid frames, the videos have '
            f'{frames.tolist()}'
        )
    shape = (len(valid), num_triplets)

    def random(*sizes: int) -> Tensor:
        return torch.rand(sizes, generator=generator, device=valid.device)

    real = (valid & enough.unsqueeze(1)).unsqueeze(1)
    keys = random(*shape, valid.shape[1]).masked_fill(~real, -1)
    five = keys.topk(MIN_FRAMES, dim=2).indices.sort(dim=2).values
    a, b, c, d, e = five.unbind(dim=2)
    num_shuffled = (shuffled_share * enough.sum() * num_triplets).floor()
    order = random(*shape) + 2 * (~enough).unsqueeze(1)  # those that count come first
    ranks = order.flatten().argsort().argsort()
    shuffled = (ranks < num_shuffled).view(shape)
    outside = torch.where(random(*shape) < 0.5, a, e)
    middle = torch.where(shuffled, outside, c)
    turned = random(*shape) < 0.5
    first, last = torch.where(turned, d, b), torch.where(turned, b, d)
    return torch.stack([first, middle, last], dim=2), shuffled


def shuffle_and_learn_loss(
    embeddings: Tensor,
    valid: Tensor,
    triplets: Tensor,
    shuffled: Tensor,
    classify: Callable[[Tensor], Tensor],
) -> Tensor:
    """Compute the cross-entropy of a classifier of triplets in and out of order.

    Args:
        embeddings: Embeddings, ``(B, T, D)``.
        valid: True on real frames, ``(B, T)`` bool; the others may hold anything, NaN
            included.
        triplets: Places of valid frames, ``(B, N, 3)`` int64; those of a video with
            fewer than five valid frames do not count.
        shuffled: Whether a triplet is out of order, ``(B, N)`` bool.
        classify: Classifier of concatenated embeddings, from ``(B N, 3 D)`` to the
            scores ``(B N, 2)`` of 'in order' and 'out of order'.

    Returns:
        Scalar, the mean over all triplets of videos with five valid frames, in nats.

    Raises:
        ValueError: A shape or a dtype is wrong.

    Example:
        A classifier that always says 'in order' by e to 1.

        >>> import torch
        >>> from carl_mm.functional import shuffle_and_learn_loss
        >>> videos, valid = torch.zeros(1, 6, 2), torch.ones(1, 6, dtype=torch.bool)
        >>> triplets = torch.tensor([[[1, 2, 3], [1, 5, 3]]])
        >>> shuffled = torch.tensor([[False, True]])
        >>> loss = shuffle_and_learn_loss(
        ...     videos, valid, triplets, shuffled, lambda x: x[:, :2] + torch.eye(2)[0]
        ... )
        >>> round(loss.item(), 3)
        0.813
    """
    check_frames(embeddings, valid=valid)
    if triplets.shape != (*shuffled.shape, 3) or len(triplets) != len(embeddings):
        raise ValueError(
            f'triplets must be (B, N, 3) and shuffled (B, N) of {len(embeddings)} '
            f'videos, got {tuple(triplets.shape)} and {tuple(shuffled.shape)}'
        )
    z = clean(embeddings, valid)
    video = torch.arange(len(z), device=z.device)[:, None, None]
    chosen = z[video, triplets]  # (B, N, 3, D)
    scores = classify(chosen.flatten(2).flatten(0, 1))
    error = F.cross_entropy(scores, shuffled.flatten().long(), reduction='none')
    enough = valid.sum(dim=1) >= MIN_FRAMES
    return mean_where(error, enough.repeat_interleave(triplets.shape[1]))
