"""Sequence contrastive loss (CARL, section 3.4)."""

import torch
from torch import Tensor


def gaussian_log_prior(inds_a: Tensor, inds_b: Tensor, variance: float) -> Tensor:
    """Unnormalised log-prior that frame ``i`` of view a matches ``j`` of view b.

    Args:
        inds_a: ``(B, T)``, source frame indices.
        inds_b: ``(B, S)``, source frame indices.
        variance: In squared frames; > 0.

    Returns:
        ``(B, T, S)``, in nats.
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
) -> Tensor:
    """Mean KL divergence from a Gaussian prior in time to the similarities.

    For a query frame i of one view, with j over the valid frames of the other::

        w_ij = softmax_j(-(s_i - s_j)^2 / (2 variance))                  (Eq. 2)
        p_ij = exp(z_i . z_j / temperature) / sum_k exp(z_i . z_k / temperature)
        KL_i = sum_j w_ij (log w_ij - log(p_ij + eps))                   (Eq. 1)

    and the mean of KL_i over all valid frames of both views: half of the paper's
    L1 + L2 (Eq. 3), less the prior's entropy, which has no gradient. Embeddings
    are used as they are: L2-normalise them for the paper's cosine similarity.
    Frames that are not valid take no part and may hold anything, NaN too. Where
    the other view of a video has no valid frame, its queries are left out.
    Arithmetic is at least float32, whatever autocast says.

    Args:
        emb_a: ``(B, T, D)``, any float dtype.
        emb_b: ``(B, T, D)``, the other view; same dtype.
        inds_a: ``(B, T)``, source frame indices, integer or float.
        inds_b: ``(B, T)``.
        valid_a: ``(B, T)``, bool, True on a real frame.
        valid_b: ``(B, T)``, bool.
        variance: Of the prior, in squared source frames.
        temperature: Divides the similarities.
        negatives: ``video``: k runs over the other view of the same video.
            ``batch``: and over both views of every other video.
        eps: Keeps the logarithm of a small p finite; 0 for the plain KL.

    Returns:
        Scalar, in nats, of the embeddings' dtype.

    Raises:
        ValueError: Wrong shape, dtype or option, or no query frame is left.
    """
    _check_options(variance, temperature, negatives, eps)
    _check_tensors(emb_a, emb_b, inds_a, inds_b, valid_a, valid_b)
    used_a = valid_a & valid_b.any(dim=1, keepdim=True)
    used_b = valid_b & valid_a.any(dim=1, keepdim=True)
    num_queries = int(used_a.sum() + used_b.sum())
    if num_queries == 0:
        raise ValueError('no valid query frame: no video has one in both of its views')
    dtype = torch.promote_types(emb_a.dtype, torch.float32)
    with torch.autocast(emb_a.device.type, enabled=False):
        # Zero what is not valid: NaN times a weight of zero would still be NaN.
        z_a, z_b = (
            z.to(dtype).masked_fill(~v.unsqueeze(2), 0)
            for z, v in ((emb_a, valid_a), (emb_b, valid_b))
        )
        s_a, s_b = (
            s.to(dtype).masked_fill(~v, 0)
            for s, v in ((inds_a, valid_a), (inds_b, valid_b))
        )
        others_a = others_b = None
        if negatives == 'batch':
            everyone = torch.cat([z_a, z_b], dim=1)  # (B, 2T, D)
            everyone_valid = torch.cat([valid_a, valid_b], dim=1)
            others_a = _log_others(z_a, everyone, everyone_valid, temperature)
            others_b = _log_others(z_b, everyone, everyone_valid, temperature)
        log_prior = gaussian_log_prior(s_a, s_b, variance)
        similarity = z_a @ z_b.transpose(1, 2) / temperature  # (B, T, T)
        kl_a = _kl_per_query(log_prior, similarity, valid_b, others_a, eps)
        kl_b = _kl_per_query(log_prior.mT, similarity.mT, valid_a, others_b, eps)
        total = kl_a.masked_fill(~used_a, 0).sum() + kl_b.masked_fill(~used_b, 0).sum()
        return (total / num_queries).to(emb_a.dtype)


def _kl_per_query(
    log_prior: Tensor, logits: Tensor, valid: Tensor, others: Tensor | None, eps: float
) -> Tensor:
    """KL of each query; ``others``: log of the further negatives' sum.

    Returns:
        ``(B, T)``, finite on a query without a valid candidate, but meaningless.
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
    query: Tensor, everyone: Tensor, valid: Tensor, temperature: float
) -> Tensor:
    """Log of the summed exponentials over all other videos; ``(B, T)``."""
    lowest = torch.finfo(query.dtype).min
    columns = everyone.flatten(0, 1).T  # (D, B * 2T)
    rows = []
    for video, frames in enumerate(query):
        allowed = valid.clone()
        allowed[video] = False
        logits = frames @ columns / temperature  # (T, B * 2T)
        rows.append(logits.masked_fill(~allowed.flatten(), lowest).logsumexp(dim=1))
    return torch.stack(rows)


def _check_options(
    variance: float, temperature: float, negatives: str, eps: float
) -> None:
    if not (variance > 0 and temperature > 0 and eps >= 0):
        raise ValueError(
            'variance and temperature must be positive and eps not negative, '
            f'got {variance}, {temperature} and {eps}'
        )
    if negatives not in ('video', 'batch'):
        raise ValueError(f"negatives must be 'video' or 'batch', got {negatives!r}")


def _check_tensors(emb_a: Tensor, emb_b: Tensor, *per_frame: Tensor) -> None:
    if emb_a.ndim != 3 or emb_a.shape != emb_b.shape:
        raise ValueError(
            'embeddings must both be (B, T, D), '
            f'got {tuple(emb_a.shape)} and {tuple(emb_b.shape)}'
        )
    if emb_a.dtype != emb_b.dtype or not emb_a.is_floating_point():
        raise ValueError(
            f'embeddings must share a float dtype, got {emb_a.dtype}, {emb_b.dtype}'
        )
    names = ('inds_a', 'inds_b', 'valid_a', 'valid_b')
    for name, tensor in zip(names, per_frame, strict=True):
        if tensor.shape != emb_a.shape[:2]:
            raise ValueError(
                f'{name} must be (B, T) = {tuple(emb_a.shape[:2])}, '
                f'got {tuple(tensor.shape)}'
            )
        if name.startswith('valid') and tensor.dtype != torch.bool:
            raise ValueError(f'{name} must be bool, got {tensor.dtype}')
