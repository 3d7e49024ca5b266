"""Shuffle and Learn (ECCV 2016): are three frames in order?"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from carl_mm.functional.losses._frames import check_frames, clean

MIN_FRAMES = 5


def draw_triplets(
    valid: Tensor,
    num_triplets: int,
    *,
    shuffled_share: float = 0.75,
    generator: Generator | None = None,
) -> tuple[Tensor, Tensor]:
    """Draw triplets of frames in and out of order.

    Five distinct valid frames a < b < c < d < e are drawn for each: (b, c, d) is in
    order; (b, a, d) and (b, e, d), one as likely as the other, are not. Half of the
    triplets are turned round, as time has no direction here.

    Args:
        valid: ``(B, T)`` bool, frames in the order of time; at least five a video.
        num_triplets: N, of each video.
        shuffled_share: Of the B N triplets, floor(share x B N) are out of order.
        generator: Source of every draw, on valid's device; by default torch's.

    Returns:
        Places ``(B, N, 3)`` int64 in the T frames, and ``(B, N)`` bool, True on a
        triplet out of order.

    Raises:
        ValueError: An option out of its range, or a video of fewer valid frames.
    """
    if num_triplets < 1 or not 0 <= shuffled_share <= 1:
        raise ValueError(
            'num_triplets must be >= 1 and shuffled_share in [0, 1], got '
            f'{num_triplets} and {shuffled_share}'
        )
    frames = valid.sum(dim=1)
    if (frames < MIN_FRAMES).any():
        raise ValueError(
            f'a triplet is drawn from {MIN_FRAMES} valid frames, the videos have '
            f'{frames.tolist()}'
        )
    shape = (len(valid), num_triplets)

    def random(*sizes: int) -> Tensor:
        return torch.rand(sizes, generator=generator, device=valid.device)

    keys = random(*shape, valid.shape[1]).masked_fill(~valid.unsqueeze(1), -1)
    five = keys.topk(MIN_FRAMES, dim=2).indices.sort(dim=2).values
    a, b, c, d, e = five.unbind(dim=2)
    num_shuffled = int(shuffled_share * shape[0] * shape[1])
    ranks = random(shape[0] * shape[1]).argsort().argsort()
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
    """Cross-entropy of a classifier that tells triplets in order from others.

    Args:
        embeddings: ``(B, T, D)``.
        valid: ``(B, T)`` bool; the others may hold anything, NaN too.
        triplets: ``(B, N, 3)`` int64, places of valid frames.
        shuffled: ``(B, N)`` bool, True on a triplet out of order.
        classify: ``(B N, 3 D)``, the three embeddings after each other, to the scores
            ``(B N, 2)`` of 'in order' and 'out of order'.

    Returns:
        Scalar, the mean over all triplets, in nats.

    Raises:
        ValueError: Wrong shape or dtype.
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
    return F.cross_entropy(scores, shuffled.flatten().long())
