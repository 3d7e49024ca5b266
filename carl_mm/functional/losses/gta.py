"""Global temporal alignment and cycle-consistency (GTA; Hadji et al., CVPR 2021)."""

import torch
from torch import Tensor

from carl_mm.functional.losses._frames import check_frames, mean_where
from carl_mm.functional.losses._video_pairs import pack, same_action_pairs
from carl_mm.functional.warping.soft_dtw import cells_inside, last_cells
from carl_mm.functional.warping.soft_tables import accumulated_costs


def global_alignment_loss(
    embedding: Tensor,
    *,
    groups: Tensor | None = None,
    gamma: float = 0.1,
    temperature: float = 0.1,
    alignment_weight: float = 0.1,
    cycle_weight: float = 1.0,
    label_smoothing: float = 0.1,
    valid: Tensor | None = None,
) -> Tensor:
    """Compute smooth DTW in both directions, and a cycle over the whole of both videos.

    For videos X and Y of N and M frames::

        c_nm = -log softmax_n(x_n . y_m / temperature)      contrastive, over X's frames
        R = `accumulated_costs`(c, gamma, 'smooth')
        smoothDTW(X, Y) = R_NM                                         not symmetric
        A(X, Y) = softmax_n(-R)                                        (N, M)
        P = (A(X, Y) A(Y, X))^T                                        (N, N)
        cycle = mean_n sum_k -q_nk log softmax_k(P_nk)
        loss = alignment_weight (smoothDTW(X, Y) + smoothDTW(Y, X)) + cycle_weight cycle

    where q is 1 - label_smoothing at k = n, plus label_smoothing / N everywhere. As in
    the published code, the cycle's probabilities P pass another softmax, as if they
    were logits. The result is the mean over all pairs of videos of one action, with the
    earlier one of the batch as X; the published code pairs only the first video with
    the others. Embeddings are used as they are: L2-normalise them, as published. Frames
    that are not valid take no part and may hold anything, NaN included.

    Args:
        embedding: Embeddings of B >= 2 videos, ``(B, T, D)``, of any float dtype.
        groups: Number of each video's action, ``(B,)`` integers; by default all videos
            are of one action.
        gamma: Softness of the minimum, in nats; > 0.
        temperature: Number that divides the similarities; > 0.
        alignment_weight: Weight of each direction's smoothDTW, a sum over a path.
        cycle_weight: Weight of the cycle's cross-entropy.
        label_smoothing: Share of the cycle's target spread over all frames, in [0, 1).
        valid: True on real frames, ``(B, T)`` bool; by default all frames are real.

    Returns:
        Scalar, in nats, at least float32.

    Raises:
        ValueError: A shape, a dtype or an option is wrong, or no two videos are of one
            action.
    """
    if temperature <= 0 or not 0 <= label_smoothing < 1:
        raise ValueError(
            'temperature must be positive and label_smoothing in [0, 1), got '
            f'{temperature} and {label_smoothing}'
        )
    if alignment_weight < 0 or cycle_weight < 0:
        raise ValueError(
            'alignment_weight and cycle_weight must not be negative, got '
            f'{alignment_weight} and {cycle_weight}'
        )
    if valid is None:
        valid = torch.ones(embedding.shape[:2], dtype=torch.bool)
        valid = valid.to(embedding.device)
    check_frames(embedding, valid=valid)
    with torch.autocast(embedding.device.type, enabled=False):
        z, num_frames = pack(embedding, valid)
        first, second, counted = same_action_pairs(num_frames, groups, 'GTA')
        num_frames = num_frames.clamp(min=1)
        similarity = z[first] @ z[second].mT / temperature
        sizes = num_frames[first], num_frames[second]
        there, there_cost = _align(similarity, *sizes, gamma)
        back, back_cost = _align(similarity.mT, *sizes[::-1], gamma)
        cycle = _cycle_loss((there @ back).mT, sizes[0], label_smoothing)
        loss = alignment_weight * (there_cost + back_cost) + cycle_weight * cycle
        return mean_where(loss, counted)


def _align(
    similarity: Tensor, num_rows: Tensor, num_columns: Tensor, gamma: float
) -> tuple[Tensor, Tensor]:
    """Align X, the rows, with Y, the columns.

    Args:
        similarity: Similarities divided by the temperature, ``(P, N, M)``.
        num_rows: Numbers of rows that are not padding, ``(P,)``.
        num_columns: Numbers of columns that are not padding, ``(P,)``.
        gamma: Softness of the minimum, in nats.

    Returns:
        Probabilities of X's frames for each of Y's, ``(P, N, M)``, 0 on padding; and
        smoothDTW, ``(P,)``.
    """
    inside = cells_inside(num_rows, num_columns, similarity)
    lowest = torch.finfo(similarity.dtype).min
    cost = -similarity.masked_fill(~inside, lowest).log_softmax(dim=1)
    table = accumulated_costs(cost.masked_fill(~inside, 0), gamma, 'smooth')
    matches = (-table).masked_fill(~inside, lowest).softmax(dim=1)
    return matches.masked_fill(~inside, 0), last_cells(table, num_rows, num_columns)


def _cycle_loss(logits: Tensor, num_frames: Tensor, label_smoothing: float) -> Tensor:
    """Return the cross-entropy ``(P,)`` of ``(P, N, N)`` with a smoothed identity."""
    inside = cells_inside(num_frames, num_frames, logits)
    lowest = torch.finfo(logits.dtype).min
    log_p = logits.masked_fill(~inside, lowest).log_softmax(dim=2)
    log_p = log_p.masked_fill(~inside, 0)
    hit = log_p.diagonal(dim1=1, dim2=2).sum(dim=1)
    any_frame = log_p.sum(dim=(1, 2)) / num_frames
    return -((1 - label_smoothing) * hit + label_smoothing * any_frame) / num_frames
