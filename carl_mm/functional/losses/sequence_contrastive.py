"""Sequence contrastive loss (CARL, section 3.4)."""

import torch
from torch import Tensor

from carl_mm.functional.losses._frames import (
    check_everyone,
    check_two_views,
    clean,
    known,
)


def gaussian_log_prior(inds_a: Tensor, inds_b: Tensor, variance: float) -> Tensor:
    """Compute the log-prior that frame i of view a matches frame j of view b.

    Args:
        inds_a: Places of view a's frames in their videos, ``(B, T)``.
        inds_b: Places of view b's frames, ``(B, S)``.
        variance: Variance of the Gaussian, in squared frames; > 0.

    Returns:
        ``(B, T, S)``, in nats, not normalised.

    Example:
        >>> import torch
        >>> from carl_mm.functional import gaussian_log_prior
        >>> gaussian_log_prior(torch.tensor([[4]]), torch.tensor([[4, 6]]), 2.0)
        tensor([[[ 0., -1.]]])
    """
    gap = inds_a.unsqueeze(2) - inds_b.unsqueeze(1)
    return -gap.square() / (2 * variance)


def sequence_contrastive_loss(
    emb_a: Tensor,
    emb_b: Tensor,
    inds_a: Tensor,
    inds_b: Tensor,
    valid_a: Tensor,
    valid_b: Tensor,
    *,
    variance: float = 10.0,
    temperature: float = 0.1,
    negatives: str = 'video',
    eps: float = 1e-6,
    all_embeddings: Tensor | None = None,
    all_valid: Tensor | None = None,
    first: int = 0,
) -> Tensor:
    """Compute the mean KL divergence of the similarities from a Gaussian prior in time.

    For a query frame i of one view, with j over the valid frames of the other::

        w_ij = softmax_j(-(s_i - s_j)^2 / (2 variance))                  (Eq. 2)
        p_ij = exp(z_i . z_j / temperature) / sum_k exp(z_i . z_k / temperature)
        KL_i = sum_j w_ij (log w_ij - log(p_ij + eps))                   (Eq. 1)

    The result is the mean of KL_i over all valid frames of both views: half of the
    paper's L1 + L2 (Eq. 3), less the prior's entropy, which has no gradient. Embeddings
    are used as they are: L2-normalise them for the paper's cosine similarity. Frames
    that are not valid take no part and may hold anything, NaN included. Where one view
    of a video has no valid frame, the frames of its other view are left out. Arithmetic
    is at least float32, also under autocast.

    Where each process holds some of the videos, 'batch' compares with those of all: the
    processes' losses, weighted by their numbers of valid frames, then have the mean of
    the whole batch's.

    Args:
        emb_a: Embeddings of one view, ``(B, T, D)``, of any float dtype.
        emb_b: Embeddings of the other view, ``(B, T, D)``, of the same dtype.
        inds_a: Places of one view's frames in their videos, ``(B, T)``, int or float.
        inds_b: Places of the other view's frames, ``(B, T)``.
        valid_a: True on one view's real frames, ``(B, T)`` bool.
        valid_b: True on the other view's real frames, ``(B, T)`` bool.
        variance: Variance of the prior, in squared source frames.
        temperature: Number that divides the similarities.
        negatives: What k runs over: 'video', the other view of the same video, or
            'batch', both views of every other video as well.
        eps: Number that keeps the logarithm of a small p finite; 0 for the plain KL.
        all_embeddings: Embeddings of the N videos of all processes, both views of each,
            ``(N, 2, T, D)``, for 'batch'; by default those of this process.
        all_valid: True on their real frames, ``(N, 2, T)`` bool.
        first: Row of ``all_embeddings`` at which this process's videos start.

    Returns:
        Scalar, in nats, of the embeddings' dtype.

    Raises:
        ValueError: A shape, a dtype or an option is wrong, or no frame is left (on a
            GPU the loss is NaN then, as asking would wait for the device).

    Example:
        Two views of one video that see it in the same order, and in opposite ones.

        >>> import torch
        >>> from carl_mm.functional import sequence_contrastive_loss
        >>> view, inds = torch.eye(4)[None], torch.tensor([[0, 9, 18, 27]])
        >>> rest = inds, inds, *torch.ones(2, 1, 4, dtype=torch.bool)
        >>> round(sequence_contrastive_loss(view, view, *rest).item(), 2)
        0.12
        >>> round(sequence_contrastive_loss(view, view.flip(1), *rest).item(), 2)
        9.77
    """
    check_options(variance, temperature, negatives, eps)
    check_two_views(emb_a, emb_b, inds_a, inds_b, valid_a, valid_b)
    check_everyone(emb_a, all_embeddings, all_valid, first)
    used_a = valid_a & valid_b.any(dim=1, keepdim=True)
    used_b = valid_b & valid_a.any(dim=1, keepdim=True)
    num_queries = used_a.sum() + used_b.sum()
    if known(num_queries == 0):
        raise ValueError('no valid query frame: no video has one in both of its views')
    dtype = torch.promote_types(emb_a.dtype, torch.float32)
    with torch.autocast(emb_a.device.type, enabled=False):
        z_a, z_b = clean(emb_a, valid_a), clean(emb_b, valid_b)
        s_a, s_b = (
            s.to(dtype).masked_fill(~v, 0)
            for s, v in ((inds_a, valid_a), (inds_b, valid_b))
        )
        others_a = others_b = None
        if negatives == 'batch':
            everyone = torch.stack([z_a, z_b], dim=1)  # (N, 2, T, D)
            everyone_valid = torch.stack([valid_a, valid_b], dim=1)
            if all_embeddings is not None and all_valid is not None:
                everyone = clean(all_embeddings.flatten(0, 1), all_valid.flatten(0, 1))
                everyone_valid = all_valid
            rest = everyone.flatten(0, -2), everyone_valid.flatten(1), first
            others_a = _log_others(z_a, *rest, temperature)
            others_b = _log_others(z_b, *rest, temperature)
        log_prior = gaussian_log_prior(s_a, s_b, variance)
        similarity = z_a @ z_b.transpose(1, 2) / temperature  # (B, T, T)
        kl_a = _kl_per_query(log_prior, similarity, valid_b, others_a, eps)
        kl_b = _kl_per_query(log_prior.mT, similarity.mT, valid_a, others_b, eps)
        total = kl_a.masked_fill(~used_a, 0).sum() + kl_b.masked_fill(~used_b, 0).sum()
        return (total / num_queries).to(emb_a.dtype)


def _kl_per_query(
    log_prior: Tensor, logits: Tensor, valid: Tensor, others: Tensor | None, eps: float
) -> Tensor:
    """Return the KL divergence of each query, ``(B, T)``.

    It is finite, but meaningless, for a query without a valid candidate. ``others`` are
    the logarithms of what further negatives add to the denominator.
    """
    lowest = torch.finfo(logits.dtype).min  # not -inf: 0 * inf would be NaN
    outside = ~valid.unsqueeze(1)  # (B, 1, S)
    log_w = log_prior.masked_fill(outside, lowest).log_softmax(dim=2)
    logits = logits.masked_fill(outside, lowest)
    log_sum = logits.logsumexp(dim=2)
    if others is not None:
        log_sum = torch.logaddexp(log_sum, others)
    log_p = logits - log_sum.unsqueeze(2)  # (B, T, S)
    if eps > 0:
        log_p = torch.log(log_p.exp() + eps)
    return (log_w.exp() * (log_w - log_p)).sum(dim=2)


def _log_others(
    query: Tensor, frames: Tensor, valid: Tensor, first: int, temperature: float
) -> Tensor:
    """Return the log of the exponentials summed over all other videos, ``(B, T)``.

    ``frames``, ``(N 2T, D)``, are those of all videos, ``valid`` ``(N, 2T)``.
    """
    lowest = torch.finfo(query.dtype).min
    rows = []
    for video, own in enumerate(query):
        allowed = valid.clone()
        allowed[first + video] = False
        logits = own @ frames.T / temperature  # (T, N * 2T)
        rows.append(logits.masked_fill(~allowed.flatten(), lowest).logsumexp(dim=1))
    return torch.stack(rows)


def check_options(
    variance: float, temperature: float, negatives: str, eps: float
) -> None:
    """Refuse options that `sequence_contrastive_loss` cannot take.

    Raises:
        ValueError: One is out of its range or unknown; names it.
    """
    if not (variance > 0 and temperature > 0 and eps >= 0):
        raise ValueError(
            'variance and temperature must be positive and eps not negative, '
            f'got {variance}, {temperature} and {eps}'
        )
    if negatives not in ('video', 'batch'):
        raise ValueError(f"negatives must be 'video' or 'batch', got {negatives!r}")
