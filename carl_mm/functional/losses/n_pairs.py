"""The n-pairs loss of time-contrastive networks (TCN, single view)."""

import torch
import torch.nn.functional as F
from torch import Tensor


def n_pairs_loss(
    anchors: Tensor, positives: Tensor, *, regularisation: float = 0.002
) -> Tensor:
    """Cross-entropy of each anchor with its positive among all positives.

    With anchor a_i, positive p_i and T pairs::

        mean_i(-log(exp(a_i . p_i) / sum_j exp(a_i . p_j)))
            + 0.25 regularisation (mean_i |a_i|^2 + mean_i |p_i|^2)

    Args:
        anchors: ``(T, D)``, of one video, not normalised.
        positives: ``(T, D)``; row i is the positive of anchor i.
        regularisation: Weight of the mean squared norms; not negative.

    Returns:
        Scalar, at least float32.

    Raises:
        ValueError: Wrong shape or option, or no pair.
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
