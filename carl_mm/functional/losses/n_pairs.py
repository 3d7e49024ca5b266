"""The n-pairs loss of time-contrastive networks (TCN, single view)."""

import torch
from torch import Tensor

from carl_mm.functional.losses._frames import (
    check_frames,
    clean,
    known,
    mean_where,
)


def n_pairs_loss(
    anchors: Tensor,
    positives: Tensor,
    *,
    regularisation: float = 0.002,
    valid: Tensor | None = None,
) -> Tensor:
    """Compute the cross-entropy of finding each anchor's positive among all positives.

    With anchor a_i, positive p_i and T pairs::

        mean_i(-log(exp(a_i . p_i) / sum_j exp(a_i . p_j)))
            + 0.25 regularisation (mean_i |a_i|^2 + mean_i |p_i|^2)

    Of several videos the result is the mean over those with a valid pair.

    Args:
        anchors: Embeddings of the videos' anchors, ``(B, T, D)``, not normalised; of
            one video also ``(T, D)``.
        positives: Embeddings of their positives, in the same shape and order.
        regularisation: Weight of the mean squared norms; >= 0.
        valid: True on pairs of real frames, ``(B, T)`` or ``(T,)`` bool; the others may
            hold anything, NaN included. By default all are real.

    Returns:
        Scalar, in nats, at least float32.

    Raises:
        ValueError: A shape or an option is wrong, or there is no pair, as far as that
            is known.

    Example:
        >>> import torch
        >>> from carl_mm.functional import n_pairs_loss
        >>> anchors = torch.eye(3)
        >>> round(n_pairs_loss(4 * anchors, anchors, regularisation=0.0).item(), 3)
        0.036
    """
    one = anchors.ndim == 2
    if anchors.ndim not in (2, 3) or anchors.shape != positives.shape:
        raise ValueError(
            'anchors and positives must both be (T, D) or (B, T, D), got '
            f'{tuple(anchors.shape)} and {tuple(positives.shape)}'
        )
    if not regularisation >= 0:
        raise ValueError(f'regularisation must not be negative, got {regularisation}')
    if valid is None:
        valid = torch.ones_like(anchors[..., 0], dtype=torch.bool)
    if one:
        anchors, positives, valid = (x[None] for x in (anchors, positives, valid))
    check_frames(anchors, valid=valid)
    if not valid.numel() or known(~valid.any()):
        raise ValueError('there is no valid anchor with a valid positive')
    with torch.autocast(anchors.device.type, enabled=False):
        a, p = clean(anchors, valid), clean(positives, valid)
        lowest = torch.finfo(a.dtype).min
        logits = (a @ p.mT).masked_fill(~valid.unsqueeze(1), lowest)
        missed = -logits.log_softmax(dim=2).diagonal(dim1=1, dim2=2)
        norms = a.square().sum(dim=2) + p.square().sum(dim=2)
        terms = (missed + 0.25 * regularisation * norms).masked_fill(~valid, 0)
        pairs = valid.sum(dim=1)
        return mean_where(terms.sum(dim=1) / pairs.clamp(min=1), pairs > 0)
