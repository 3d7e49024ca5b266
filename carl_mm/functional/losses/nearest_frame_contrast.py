"""The contrastive baseline of CARL: one positive, all others negative (Table 13)."""

import math

import torch
from torch import Tensor

from carl_mm.functional.losses._frames import check_frames, clean, known


def nearest_frame_contrastive_loss(
    emb_a: Tensor,
    emb_b: Tensor,
    inds_a: Tensor,
    inds_b: Tensor,
    valid_a: Tensor,
    valid_b: Tensor,
    *,
    temperature: float = 0.1,
    max_gap: float = math.inf,
) -> Tensor:
    """Compute the cross-entropy of finding each frame's nearest one in the other view.

    For a frame i of one view, k over the valid frames of the other, and n the one of
    them that is nearest in time, if |s_i - s_n| <= ``max_gap``::

        loss_i = -log(exp(z_i . z_n / temperature) / sum_k exp(z_i . z_k / temperature))

    The result is the mean over all such frames of both views. Two frames equally near
    share the positive's weight: the limit of `sequence_contrastive_loss` as its
    variance goes to 0. Frames that are not valid take no part and may hold anything,
    NaN included.

    Args:
        emb_a: Embeddings of one view, ``(B, T, D)``, L2-normalised for cosine
            similarities.
        emb_b: Embeddings of the other view, ``(B, T, D)``.
        inds_a: Places of one view's frames in their videos, ``(B, T)``, int or float.
        inds_b: Places of the other view's frames, ``(B, T)``.
        valid_a: True on one view's real frames, ``(B, T)`` bool.
        valid_b: True on the other view's real frames, ``(B, T)`` bool.
        temperature: Number that divides the similarities.
        max_gap: Largest gap to a positive, in source frames (published: 5); a frame
            whose nearest one is farther away is left out.

    Returns:
        Scalar, in nats, at least float32.

    Raises:
        ValueError: A shape, a dtype or an option is wrong, or no frame is left (on a
            GPU the loss is NaN then, as asking would wait for the device).

    Example:
        >>> import torch
        >>> from carl_mm.functional import nearest_frame_contrastive_loss
        >>> view, inds = torch.eye(4)[None], torch.tensor([[2, 3, 5, 8]])
        >>> valid = torch.ones(1, 4, dtype=torch.bool)
        >>> loss = nearest_frame_contrastive_loss(view, view, inds, inds, valid, valid)
        >>> loss < nearest_frame_contrastive_loss(
        ...     view, view.flip(1), inds, inds, valid, valid
        ... )
        tensor(True)
    """
    if temperature <= 0 or max_gap < 0:
        raise ValueError(
            'temperature must be positive and max_gap not negative, got '
            f'{temperature} and {max_gap}'
        )
    check_frames(emb_a, inds_a=inds_a, valid_a=valid_a)
    check_frames(emb_b, inds_b=inds_b, valid_b=valid_b)
    if emb_a.shape != emb_b.shape:
        raise ValueError(
            'both views must have one shape, got '
            f'{tuple(emb_a.shape)} and {tuple(emb_b.shape)}'
        )
    with torch.autocast(emb_a.device.type, enabled=False):
        z_a, z_b = clean(emb_a, valid_a), clean(emb_b, valid_b)
        similarity = z_a @ z_b.mT / temperature  # (B, T, T)
        gap = (inds_a.unsqueeze(2) - inds_b.unsqueeze(1)).abs().to(similarity.dtype)
        views = (
            (similarity, gap, valid_a, valid_b),
            (similarity.mT, gap.mT, valid_b, valid_a),
        )
        pairs = [_losses(*view, max_gap) for view in views]
        losses, used = (torch.stack(part) for part in zip(*pairs, strict=True))
    num_queries = used.sum()
    if known(num_queries == 0):
        raise ValueError(
            f'no valid frame has one of the other view within max_gap={max_gap} frames'
        )
    return losses.sum() / num_queries


def _losses(
    similarity: Tensor, gap: Tensor, queries: Tensor, valid: Tensor, max_gap: float
) -> tuple[Tensor, Tensor]:
    """Return the losses ``(B, T)``, in nats, and which frames have a positive.

    The losses of the others are 0: to select would wait for a GPU to count them.
    """
    lowest = torch.finfo(similarity.dtype).min  # not -inf: 0 * inf would be NaN
    candidates = valid.unsqueeze(1)  # (B, 1, T)
    log_p = similarity.masked_fill(~candidates, lowest).log_softmax(dim=2)
    gap = gap.masked_fill(~candidates, math.inf)
    nearest = gap.amin(dim=2, keepdim=True)
    positive = candidates & (gap == nearest) & (nearest <= max_gap)
    weight = positive / positive.sum(dim=2, keepdim=True).clamp(min=1)
    used = queries & positive.any(dim=2)
    return -(weight * log_p).sum(dim=2).masked_fill(~used, 0), used
