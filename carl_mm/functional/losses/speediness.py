"""SpeedNet (CVPR 2020): is a video played at its speed, or faster?"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from carl_mm.functional.losses._frames import (
    check_frames,
    clean,
    known,
    mean_where,
)


def mean_over_time(embeddings: Tensor, valid: Tensor) -> Tensor:
    """Average the valid frames of each video.

    Args:
        embeddings: Embeddings, ``(B, T, D)``.
        valid: True on real frames, ``(B, T)`` bool; the others may hold anything, NaN
            included.

    Returns:
        ``(B, D)``, at least float32; 0 for a video without a valid frame.

    Raises:
        ValueError: A shape or a dtype is wrong.

    Example:
        >>> import torch
        >>> from carl_mm.functional import mean_over_time
        >>> valid = torch.tensor([[True, True, False]])
        >>> mean_over_time(torch.tensor([[[1.0], [2.0], [torch.nan]]]), valid)
        tensor([[1.5000]])
    """
    check_frames(embeddings, valid=valid)
    total = clean(embeddings, valid).sum(dim=1)
    return total / valid.sum(dim=1, keepdim=True).clamp(min=1)


def speediness_loss(
    embeddings: Tensor, valid: Tensor, classify: Callable[[Tensor], Tensor]
) -> Tensor:
    """Compute the binary cross-entropy of a classifier of a view's speed.

    Args:
        embeddings: Embeddings of two views, ``(B, 2, T, D)``; view 0 is at normal speed
            and view 1 sped up.
        valid: True on real frames, ``(B, 2, T)`` bool; the others may hold anything,
            NaN included.
        classify: Classifier of means over time, from ``(N, D)`` to the log-odds
            ``(N, 1)`` of 'sped up'.

    Returns:
        Scalar, the mean over the views with a valid frame, in nats.

    Raises:
        ValueError: A shape or a dtype is wrong, or no frame is valid, as far as that is
            known.

    Example:
        >>> import torch
        >>> from carl_mm.functional import speediness_loss
        >>> views = torch.tensor([[[[-1.0]], [[1.0]]]])  # one frame of each view
        >>> valid = torch.ones(1, 2, 1, dtype=torch.bool)
        >>> round(speediness_loss(views, valid, lambda mean: 3 * mean).item(), 3)
        0.049
    """
    if embeddings.ndim != 4 or embeddings.shape[1] != 2:
        raise ValueError(
            'embeddings must be (B, 2, T, D), a normal and a sped-up view of each '
            f'video, got {tuple(embeddings.shape)}'
        )
    views, valid = embeddings.flatten(0, 1), valid.flatten(0, 1)
    used = valid.any(dim=1)
    if known(~used.any()):
        raise ValueError('no view has a valid frame')
    scores = classify(mean_over_time(views, valid)).squeeze(1)
    is_fast = torch.arange(len(views), device=scores.device) % 2 == 1
    error = F.binary_cross_entropy_with_logits(
        scores, is_fast.to(scores.dtype), reduction='none'
    )
    return mean_where(error, used)
