"""SpeedNet (CVPR 2020): is a video played at its speed, or faster?"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from carl_mm.functional.losses._frames import check_frames, clean


def mean_over_time(embeddings: Tensor, valid: Tensor) -> Tensor:
    """Mean over the valid frames: ``(B, T, D)`` to ``(B, D)``, 0 where there is none.

    Raises:
        ValueError: Wrong shape or dtype.
    """
    check_frames(embeddings, valid=valid)
    total = clean(embeddings, valid).sum(dim=1)
    return total / valid.sum(dim=1, keepdim=True).clamp(min=1)


def speediness_loss(
    embeddings: Tensor, valid: Tensor, classify: Callable[[Tensor], Tensor]
) -> Tensor:
    """Binary cross-entropy of a classifier of a view's speed.

    Args:
        embeddings: ``(B, 2, T, D)``, view 0 at normal speed, view 1 sped up.
        valid: ``(B, 2, T)`` bool; the others may hold anything, NaN too.
        classify: Mean over time ``(N, D)`` to the log-odds ``(N, 1)`` of 'sped up'.

    Returns:
        Scalar, the mean over the views with a valid frame, in nats.

    Raises:
        ValueError: Wrong shape or dtype, or no valid frame.
    """
    if embeddings.ndim != 4 or embeddings.shape[1] != 2:
        raise ValueError(
            'embeddings must be (B, 2, T, D), a normal and a sped-up view of each '
            f'video, got {tuple(embeddings.shape)}'
        )
    views, valid = embeddings.flatten(0, 1), valid.flatten(0, 1)
    used = valid.any(dim=1)
    if not used.any():
        raise ValueError('no view has a valid frame')
    scores = classify(mean_over_time(views, valid)[used]).squeeze(1)
    is_fast = torch.arange(len(views), device=scores.device) % 2 == 1
    return F.binary_cross_entropy_with_logits(scores, is_fast[used].to(scores.dtype))
