"""The n-pairs loss of time-contrastive networks (TCN, single view)."""

import torch
import torch.nn.functional as F
from torch import Tensor


def n_pairs_loss(
    anchors: Tensor, positives: Tensor, *, regularisation: float = 0.002
) -> Tensor:
    """Compute the cross-entropy of finding each anchor's positive among all positives.

    With anchor a_i, positive p_i and T pairs::

        mean_i(-log(exp(a_i . p_i) / sum_j exp(a_i . p_j)))
            + 0.25 regularisation (mean_i |a_i|^2 + mean_i |p_i|^2)

    Args:
        anchors: Embeddings of one video's anchors, ``(T, D)``, not normalised.
        positives: Embeddings of their positives, ``(T, D)``, in the same order.
        regularisation: Weight of the mean squared norms; >= 0.

    Returns:
        Scalar, in nats, at least float32.

    Raises:
        ValueError: A shape or an option is wrong, or there is no pair.

    Example:
        >>> import torch
        >>> from carl_mm.functional import n_pairs_loss
        >>> anchors = torch.eye(3)
        >>> round(n_pairs_loss(4 * anchors, anchors, regularisation=0.0).item(), 3)
        0.036
    """
    if anchors.ndim != 2 or anchors.shape != positives.shape or not len(anchors):
        raise ValueError(
            'anchors and positives must both be (T, D) with T >= 1, got '
            f'{tuple(anchors.shape)} and {tuple(positives.shape)}'
        )
    if not regularisation >= 0:
        raise ValueError(f'regularisation must not be negative, got {regularisation}')
    dtype = torch.promote_types(anchors.dtype, torch.float32)
    with torch.autocast(anchors.device.type, enabled=False):
        anchors, positives = anchors.to(dtype), positives.to(dtype)
        target = torch.arange(len(anchors), device=anchors.device)
        classified = F.cross_entropy(anchors @ positives.T, target)
        norms = anchors.square().sum(1).mean() + positives.square().sum(1).mean()
        return classified + 0.25 * regularisation * norms
