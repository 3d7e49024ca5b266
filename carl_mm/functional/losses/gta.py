"""Global temporal alignment and cycle-consistency (GTA; Hadji et al., CVPR 2021)."""

import torch
from torch import Tensor

from carl_mm.functional.losses._frames import check_frames
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
    """Smooth DTW in both directions, and a cycle over the whole of both videos.

    For videos X and Y of N and M frames::

        c_nm = -log softmax_n(x_n . y_m / temperature)      contrastive, over X's frames
        R = `accumulated_costs`(c, gamma, 'smooth')
        smoothDTW(X, Y) = R_NM                                         not symmetric
        A(X, Y) = softmax_n(-R)                                        (N, M)
        P = (A(X, Y) A(Y, X))^T                                        (N, N)
        cycle = mean_n sum_k -q_nk log softmax_k(P_nk)
        loss = alignment_weight (smoothDTW(X, Y) + smoothDTW(Y, X)) + cycle_weight cycle

    where q is 1 - label_smoothing at k = n, and label_smoothing / N more everywhere.
    As in the published code, the cycle's probabilities P pass another softmax, as if
    they were logits. The result is the mean over all pairs of videos of one process,
    the earlier in the batch as X; the published code pairs the first one alone with
    the others. Embeddings are used as they are: L2-normalise them, as published.
    Frames that are not valid take no part and may hold anything, NaN too.

    Args:
        embedding: ``(B, T, D)``, any float dtype; B >= 2.
        groups: ``(B,)`` integers, the same for videos of one process; by default all
            are.
        gamma: Softness of the minimum, in nats; > 0.
        temperature: Divides the similarities; > 0.
        alignment_weight: Of each direction's smoothDTW, a sum over a path.
        cycle_weight: Of the cycle's cross-entropy.
        label_smoothing: In [0, 1).
        valid: ``(B, T)`` bool, True on a real frame; by default all are.

    Returns:
        Scalar, in nats, at least float32.

    Raises:
        ValueError: Wrong shape, dtype or option, or no pair of one process.
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
        first, second = same_action_pairs(num_frames, groups, 'GTA')
        similarity = z[first] @ z[second].mT / temperature
        sizes = num_frames[first], num_frames[second]
        there, there_cost = _align(similarity, *sizes, gamma)
        back, back_cost = _align(similarity.mT, *sizes[::-1], gamma)
        cycle = _cycle_loss((there @ back).mT, sizes[0], label_smoothing)
        loss = alignment_weight * (there_cost + back_cost) + cycle_weight * cycle
        return loss.mean()


def _align(
    similarity: Tensor, num_rows: Tensor, num_columns: Tensor, gamma: float
) -> tuple[Tensor, Tensor]:
    """Align X, the rows, with Y.

    Args:
        similarity: ``(P, N, M)``, divided by the temperature.
        num_rows: ``(P,)``, those that are no padding.
        num_columns: ``(P,)``.
        gamma: Softness.

    Returns:
        For each frame of Y the probabilities of X's, ``(P, N, M)``, 0 on padding; and
        smoothDTW, ``(P,)``.
    """
    inside = cells_inside(num_rows, num_columns, similarity)
    lowest = torch.finfo(similarity.dtype).min
    cost = -similarity.masked_fill(~inside, lowest).log_softmax(dim=1)
    table = accumulated_costs(cost.masked_fill(~inside, 0), gamma, 'smooth')
    matches = (-table).masked_fill(~inside, lowest).softmax(dim=1)
    return matches.masked_fill(~inside, 0), last_cells(table, num_rows, num_columns)


def _cycle_loss(logits: Tensor, num_frames: Tensor, label_smoothing: float) -> Tensor:
    """Cross-entropy of ``(P, N, N)`` with the identity, smoothed; ``(P,)``."""
    inside = cells_inside(num_frames, num_frames, logits)
    lowest = torch.finfo(logits.dtype).min
    log_p = logits.masked_fill(~inside, lowest).log_softmax(dim=2)
    log_p = log_p.masked_fill(~inside, 0)
    hit = log_p.diagonal(dim1=1, dim2=2).sum(dim=1)
    any_frame = log_p.sum(dim=(1, 2)) / num_frames
    return -((1 - label_smoothing) * hit + label_smoothing * any_frame) / num_frames
