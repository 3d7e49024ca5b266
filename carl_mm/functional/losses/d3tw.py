"""Discriminative differentiable DTW (D3TW; Chang et al., CVPR 2019), of two videos."""

import torch
from torch import Tensor

from carl_mm.functional.losses._frames import check_frames, known, mean_where
from carl_mm.functional.losses._video_pairs import (
    pack,
    same_action_pairs,
    squared_distances,
)
from carl_mm.functional.warping.soft_dtw import soft_dtw


def discriminative_dtw_loss(
    embedding: Tensor,
    negative_order: Tensor,
    *,
    groups: Tensor | None = None,
    gamma: float = 0.1,
    margin: float = 1.0,
    valid: Tensor | None = None,
) -> Tensor:
    """Compute a hinge loss: the frames of a video in order align best with another's.

    For videos X and Y of N and M frames, Y' the frames of Y in ``negative_order``, and
    squared Euclidean distances as costs::

        d(X, Y) = soft_dtw(X, Y) / ((N + M) / 2)
        loss = max(0, d(X, Y) - d(X, Y') + margin)

    The result is the mean over all pairs of videos of one action, with the earlier one
    of the batch as X. D3TW itself compares the alignment of a video with its
    transcript, an ordered list of actions, and with wrong transcripts. CARL's Table 3
    lists it among the methods that align two videos, but what a wrong video was there
    is not published: taking the same video in a wrong order, the distance, the hinge
    and the margin per frame are our choices. Embeddings are used as they are:
    L2-normalise them. Frames that are not valid take no part and may hold anything, NaN
    included.

    Args:
        embedding: Embeddings of B >= 2 videos, ``(B, T, D)``, of any float dtype.
        negative_order: Wrong orders of the frames, ``(B, T)`` int64; each row is a
            permutation of 0 ... T - 1, such as `random_order` draws.
        groups: Number of each video's action, ``(B,)`` integers; by default all videos
            are of one action.
        gamma: Softness of the DTW, in squared distances; > 0.
        margin: Margin by which the right order is to be cheaper, in squared distances
            per frame; > 0.
        valid: True on real frames, ``(B, T)`` bool; by default all frames are real.

    Returns:
        Scalar, at least float32; the margin for videos of one frame.

    Raises:
        ValueError: A shape, a dtype or an option is wrong, or no two videos are of one
            action.
    """
    if margin <= 0:
        raise ValueError(f'margin must be positive, got {margin}')
    if valid is None:
        valid = torch.ones_like(negative_order, dtype=torch.bool)
    check_frames(embedding, negative_order=negative_order, valid=valid)
    places = torch.arange(valid.shape[1], device=negative_order.device)
    if known((negative_order.sort(dim=1).values != places).any()):
        raise ValueError('negative_order must hold each of 0 ... T - 1 once a video')
    with torch.autocast(embedding.device.type, enabled=False):
        z, num_frames = pack(embedding, valid)
        first, second, counted = same_action_pairs(num_frames, groups, 'D3TW')
        num_frames = num_frames.clamp(min=1)
        order = negative_order.unsqueeze(2).expand_as(embedding)
        wrong, _ = pack(embedding.gather(1, order), valid.gather(1, negative_order))
        lengths = {'num_rows': num_frames[first], 'num_columns': num_frames[second]}
        right_cost, wrong_cost = (
            soft_dtw(squared_distances(z[first], other), gamma, **lengths)
            for other in (z[second], wrong[second])
        )
        mean_frames = (num_frames[first] + num_frames[second]) / 2
        gap = (right_cost - wrong_cost) / mean_frames
        return mean_where((gap + margin).relu(), counted)


def random_order(valid: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """Draw an order of each video's frames.

    Args:
        valid: True on real frames, ``(B, T)`` bool; only its shape and device count.
        generator: Source of the draws, on the same device; by default torch's own.

    Returns:
        ``(B, T)`` int64, each row a permutation of 0 ... T - 1.
    """
    shape, device = valid.shape, valid.device
    return torch.rand(shape, generator=generator, device=device).argsort(dim=1)
