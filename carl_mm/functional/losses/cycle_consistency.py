"""Temporal cycle-consistency (TCC, CVPR 2019)."""

import torch
import torch.nn.functional as F
from torch import Tensor

from carl_mm.functional.losses._frames import (
    check_frames,
    check_lengths,
    clean,
    mean_where,
)
from carl_mm.functional.losses._video_pairs import ordered_pairs

VARIANTS = (
    'regression_mse_var',
    'regression_mse',
    'regression_huber',
    'classification',
)
SIMILARITIES = ('l2', 'cosine')
SMOOTHINGS = ('carl', 'tcc')
# Of times in lengths of the video. Keeps 1 / variance finite where a cycle is certain.
LEAST_VARIANCE = 1e-12


def cycle_consistency_loss(
    embeddings: Tensor,
    frame_inds: Tensor,
    video_lengths: Tensor,
    *,
    variant: str = 'regression_mse_var',
    similarity: str = 'l2',
    temperature: float = 0.1,
    label_smoothing: float = 0.1,
    variance_weight: float = 0.001,
    smoothing: str = 'carl',
    huber_delta: float = 1.0,
    groups: Tensor | None = None,
    valid: Tensor | None = None,
) -> Tensor:
    """Compute the error of frames that go to another video and back.

    For frame i of video u, another video v, and sim(x, y) = -|x - y|^2 or cos(x, y),
    divided by D and ``temperature``::

        n_i  = sum_k softmax_k(sim(u_i, v_k)) v_k               soft nearest neighbour
        b_ij = softmax_j(sim(n_i, u_j))                         the way back
        y_ij = 1 - label_smoothing where j = i, label_smoothing / (T - 1) elsewhere
        t_j = frame j / length of u,  p_i = sum_j b_ij t_j,  q_i = sum_j y_ij t_j
        var_i = sum_j b_ij (t_j - p_i)^2

    | variant | loss of frame i |
    |---|---|
    | classification | -sum_j y_ij log b_ij |
    | regression_mse | (p_i - q_i)^2 |
    | regression_huber | e^2 / 2 where e = abs(p_i - q_i) < d, else d (e - d / 2) |
    | regression_mse_var | (p_i - q_i)^2 / var_i + ``variance_weight`` log var_i |

    The result is the mean over all frames of all ordered pairs of one action. Only
    valid frames count, in T too; the others may hold anything, NaN included. A video
    with a single valid frame is a cycle's destination, but never its start.

    Args:
        embeddings: Embeddings of B >= 2 videos, ``(B, T, D)``, of any float dtype.
        frame_inds: Places of the frames in their source videos, ``(B, T)``.
        video_lengths: Numbers of frames of the source videos, ``(B,)``.
        variant: Which of the losses above is taken.
        similarity: 'l2' or 'cosine'. (The published code's 'cosine' is the inner
            product: the same where it is given, and finds, unit vectors.)
        temperature: Number that divides the similarities.
        label_smoothing: Share of the target spread over the other frames, in [0, 1).
        variance_weight: Weight of the logarithm of the variance.
        smoothing: Whose targets: 'carl', as above, from the code of CARL's authors, or
            'tcc', from TCC's: y_ii = 1 - ``label_smoothing`` (1 - 1 / T) and
            ``label_smoothing`` / T elsewhere, and no smoothing in regression.
        huber_delta: Where 'regression_huber' becomes linear, d, in lengths of the
            video; 1 in the code of CARL's authors, 0.1 in TCC's.
        groups: Number of each video's action, ``(B,)`` integers; by default all videos
            are of one action.
        valid: True on real frames, ``(B, T)`` bool; by default all frames are real.

    Returns:
        Scalar, at least float32; regression errors in units of the video's length.

    Raises:
        ValueError: A shape, a dtype or an option is wrong, or no two videos are of one
            action.

    Example:
        Cycles from the second frame of either video end at its first frame.

        >>> import torch
        >>> from carl_mm.functional import cycle_consistency_loss
        >>> videos = torch.tensor([[[0.0], [4.0], [9.0]], [[0.0], [1.0], [9.0]]])
        >>> inds, lengths = torch.tensor([[0, 1, 2], [0, 1, 2]]), torch.tensor([3, 3])
        >>> options = {'variant': 'regression_mse', 'label_smoothing': 0.0}
        >>> loss = cycle_consistency_loss(videos, inds, lengths, **options)
        >>> round(loss.item(), 3)
        0.037
    """
    _check_choices(variant, similarity, smoothing)
    _check_numbers(temperature, label_smoothing, huber_delta)
    if valid is None:
        valid = torch.ones_like(embeddings[..., 0], dtype=torch.bool)
    check_frames(embeddings, frame_inds=frame_inds, valid=valid)
    check_lengths(video_lengths, len(embeddings))
    start, other, counted = ordered_pairs(valid, groups)
    with torch.autocast(embeddings.device.type, enabled=False):
        z = clean(embeddings, valid)
        if similarity == 'l2':  # squares of far-off embeddings would be rounded
            z = z - z.detach().sum(dim=(0, 1)) / valid.sum()
        there = _similarity(z[start], z[other], similarity) / temperature
        neighbours = _softmax(there, valid[other]) @ z[other]  # (P, T, D)
        back = _similarity(neighbours, z[start], similarity) / temperature
        hard = smoothing == 'tcc' and variant != 'classification'
        share = 0.0 if hard else label_smoothing
        target = _smoothed_identity(valid, share, smoothing, z.dtype)[start]
        used = valid[start] & counted.unsqueeze(1)
        if variant == 'classification':
            lowest = torch.finfo(back.dtype).min
            ways = back.masked_fill(~valid[start].unsqueeze(1), lowest)
            error = -(target * ways.log_softmax(dim=2)).sum(dim=2)
            return mean_where(error, used)
        times = frame_inds.to(z.dtype) / video_lengths.to(z.dtype).unsqueeze(1)
        times = times.masked_fill(~valid, 0)[start].unsqueeze(1)  # (P, 1, T)
        b, options = _softmax(back, valid[start]), (variance_weight, huber_delta)
        return _regression(b, target, times, used, variant, *options)


def _regression(
    b: Tensor,
    target: Tensor,
    times: Tensor,
    used: Tensor,
    variant: str,
    variance_weight: float,
    huber_delta: float,
) -> Tensor:
    """Return the mean error of the times found, ``b @ times``."""
    found, true = (b * times).sum(dim=2), (target * times).sum(dim=2)  # (P, T)
    if variant == 'regression_huber':
        error = F.huber_loss(found, true, reduction='none', delta=huber_delta)
        return mean_where(error, used)
    error = (found - true).square()
    if variant == 'regression_mse_var':
        variance = (b * (times - found.unsqueeze(2)).square()).sum(dim=2)
        variance = variance.clamp(min=LEAST_VARIANCE)
        error = error / variance + variance_weight * variance.log()
    return mean_where(error, used)


def _similarity(a: Tensor, b: Tensor, similarity: str) -> Tensor:
    """Compare ``(P, T, D)`` twice; return ``(P, T, T)``, divided by D."""
    if similarity == 'cosine':
        return F.normalize(a, dim=2) @ F.normalize(b, dim=2).mT / a.shape[2]
    squares = a.square().sum(dim=2).unsqueeze(2) + b.square().sum(dim=2).unsqueeze(1)
    return (2 * a @ b.mT - squares) / a.shape[2]


def _softmax(logits: Tensor, valid: Tensor) -> Tensor:
    """Return the softmax ``(P, T, T)`` over the valid frames, 0 on the others."""
    lowest = torch.finfo(logits.dtype).min
    return logits.masked_fill(~valid.unsqueeze(1), lowest).softmax(dim=2)


def _smoothed_identity(
    valid: Tensor, share: float, smoothing: str, dtype: torch.dtype
) -> Tensor:
    """Return each valid frame's target over the valid frames, ``(B, T, T)``."""
    frames = valid.sum(dim=1).to(dtype)  # (B,)
    identity = torch.eye(valid.shape[1], dtype=dtype, device=valid.device)
    if smoothing == 'tcc':  # spread over all frames, the start included
        spread = (share / frames.clamp(min=1))[:, None, None]
    else:
        spread = (share / (frames - 1).clamp(min=1))[:, None, None] * (1 - identity)
    return ((1 - share) * identity + spread) * valid.unsqueeze(1)


def _check_choices(variant: str, similarity: str, smoothing: str) -> None:
    for name, value, choices in (
        ('variant', variant, VARIANTS),
        ('similarity', similarity, SIMILARITIES),
        ('smoothing', smoothing, SMOOTHINGS),
    ):
        if value not in choices:
            raise ValueError(f'{name} must be one of {choices}, got {value!r}')


def _check_numbers(temperature: float, smoothing: float, huber_delta: float) -> None:
    if min(temperature, huber_delta) <= 0 or not 0 <= smoothing < 1:
        raise ValueError(
            'temperature and huber_delta must be positive and label_smoothing in '
            f'[0, 1), got {temperature}, {huber_delta} and {smoothing}'
        )
