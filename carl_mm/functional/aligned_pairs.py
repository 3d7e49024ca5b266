"""Contrast of two videos whose frames are paired by their own alignment."""

import torch
from torch import Tensor

from carl_mm.functional.soft_dtw import soft_dtw


def expected_alignment(
    cost: Tensor,
    gamma: float,
    *,
    num_rows: Tensor | None = None,
    num_columns: Tensor | None = None,
) -> Tensor:
    """Probability of each cell to be on a soft-DTW path.

    Args:
        cost: ``(B, N, M)``, as `soft_dtw` takes it, and so the others.
        gamma: Softness, in units of the cost; > 0.
        num_rows: ``(B,)``, integers in [1, N].
        num_columns: ``(B,)``, integers in [1, M].

    Returns:
        ``(B, N, M)`` in [0, 1], 0 on padding; no gradient flows through it.
    """
    with torch.enable_grad():
        leaf = cost.detach().requires_grad_()
        total = soft_dtw(leaf, gamma, num_rows=num_rows, num_columns=num_columns).sum()
    (probability,) = torch.autograd.grad(total, leaf)
    return probability


def aligned_contrastive_loss(
    emb_a: Tensor,
    emb_b: Tensor,
    valid_a: Tensor,
    valid_b: Tensor,
    *,
    temperature: float = 0.1,
    gamma: float = 0.1,
) -> Tensor:
    """Mean KL divergence from the videos' soft alignment to their similarities.

    As the sequence contrastive loss, but of two different videos: where that weighs
    the other view's frames by their distance in time, this weighs the other video's
    frames by the alignment that the embeddings give at present::

        E = expected alignment of cost_ij = 1 - z_i . z_j              (no gradient)
        w_ij = E_ij / sum_k E_ik
        loss_i = sum_j w_ij (log w_ij - log softmax_j(z_i . z_j / temperature))

    and the same from b to a; the mean over the valid frames of both.

    Args:
        emb_a: ``(P, T, D)``, L2-normalised, of P pairs.
        emb_b: ``(P, S, D)``.
        valid_a: ``(P, T)`` bool, True first, then False on padding.
        valid_b: ``(P, S)`` bool; each video has a valid frame.
        temperature: Divides the similarities; > 0.
        gamma: Softness of the alignment, in units of the cosine distance; > 0.

    Returns:
        Scalar, in nats.

    Raises:
        ValueError: A temperature that is not positive, no pair, a video without a
            valid frame, or padding before a valid frame.
    """
    if not temperature > 0:
        raise ValueError(f'temperature must be positive, got {temperature}')
    lengths = [_prefix_lengths(valid) for valid in (valid_a, valid_b)]
    z_a = emb_a.masked_fill(~valid_a.unsqueeze(2), 0)
    z_b = emb_b.masked_fill(~valid_b.unsqueeze(2), 0)
    similarity = z_a @ z_b.transpose(1, 2)  # (P, T, S)
    path = expected_alignment(
        1 - similarity, gamma, num_rows=lengths[0], num_columns=lengths[1]
    )
    logits = similarity / temperature
    total = _divergence(path, logits, valid_b)[valid_a].sum()
    total = total + _divergence(path.mT, logits.mT, valid_a)[valid_b].sum()
    return total / (lengths[0].sum() + lengths[1].sum())


def _divergence(path: Tensor, logits: Tensor, valid: Tensor) -> Tensor:
    """KL of each row; ``(P, T)``, of a padded row meaningless."""
    weight = path / path.sum(dim=2, keepdim=True).clamp(min=1e-9)
    lowest = torch.finfo(logits.dtype).min  # not -inf: 0 * inf would be NaN
    log_p = logits.masked_fill(~valid.unsqueeze(1), lowest).log_softmax(dim=2)
    divergence: Tensor = torch.special.xlogy(weight, weight) - weight * log_p
    return divergence.sum(dim=2)


def _prefix_lengths(valid: Tensor) -> Tensor:
    lengths = valid.sum(dim=1)
    place = torch.arange(valid.shape[1], device=valid.device)
    if not len(valid) or (lengths < 1).any():
        raise ValueError('there must be a pair, and a valid frame in each video')
    if (valid != (place < lengths.unsqueeze(1))).any():
        raise ValueError('padding must stand after the valid frames')
    return lengths
