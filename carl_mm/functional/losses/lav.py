"""Learning by aligning videos in time (LAV; Haresh et al., CVPR 2021)."""

import torch
from torch import Tensor

from carl_mm.functional.losses._frames import (
    check_frames,
    check_lengths,
    clean,
    mean_where,
)
from carl_mm.functional.losses._video_pairs import (
    pack,
    same_action_pairs,
    squared_distances,
)
from carl_mm.functional.warping.soft_dtw import soft_dtw


def alignment_in_time_loss(
    embedding: Tensor,
    frame_inds: Tensor,
    video_lengths: Tensor,
    *,
    groups: Tensor | None = None,
    gamma: float = 0.1,
    regularisation: float = 0.5,
    window: float = 10.0,
    margin: float = 2.0,
    divergence: bool = False,
    valid: Tensor | None = None,
) -> Tensor:
    """Compute soft-DTW of two videos, and keep the frames of each apart.

    For videos X and Y of N and M frames, with squared Euclidean distances as costs and
    I of `contrastive_idm`::

        loss(X, Y) = (soft_dtw(X, Y) + regularisation (I(X) + I(Y))) / ((N + M) / 2)

    The result is the mean over all pairs of videos of one action. Embeddings are used
    as they are: L2-normalise them, as published. Frames that are not valid take no part
    and may hold anything, NaN included. Defaults are the published code's.

    Args:
        embedding: Embeddings of B >= 2 videos, ``(B, T, D)``, of any float dtype.
        frame_inds: Places of the frames in their source videos, ``(B, T)``.
        video_lengths: Numbers of frames of the source videos, ``(B,)``.
        groups: Number of each video's action, ``(B,)`` integers; by default all videos
            are of one action.
        gamma: Softness of the DTW, in squared distances; > 0.
        regularisation: Weight of I, the paper's alpha; >= 0.
        window: The paper's sigma, see `contrastive_idm`.
        margin: The paper's lambda, see `contrastive_idm`.
        divergence: Whether (soft_dtw(X, X) + soft_dtw(Y, Y)) / 2 is subtracted, so that
            a video aligned with itself costs 0; not so in the published code.
        valid: True on real frames, ``(B, T)`` bool; by default all frames are real.

    Returns:
        Scalar, at least float32.

    Raises:
        ValueError: A shape, a dtype or an option is wrong, or no two videos are of one
            action.
    """
    if regularisation < 0:
        raise ValueError(f'regularisation must not be negative, got {regularisation}')
    if valid is None:
        valid = torch.ones_like(frame_inds, dtype=torch.bool)
    check_frames(embedding, frame_inds=frame_inds, valid=valid)
    with torch.autocast(embedding.device.type, enabled=False):
        z, num_frames = pack(embedding, valid)
        first, second, counted = same_action_pairs(num_frames, groups, 'LAV')
        num_frames = num_frames.clamp(min=1)

        def warped(a: Tensor, b: Tensor) -> Tensor:
            costs = squared_distances(z[a], z[b])
            lengths = {'num_rows': num_frames[a], 'num_columns': num_frames[b]}
            return soft_dtw(costs, gamma, **lengths)

        cost = warped(first, second)
        if divergence:
            everyone = torch.arange(len(z), device=z.device)
            own = warped(everyone, everyone)
            cost = cost - (own[first] + own[second]) / 2
        apart = contrastive_idm(
            embedding, frame_inds, video_lengths, valid, window=window, margin=margin
        )
        cost = cost + regularisation * (apart[first] + apart[second])
        mean_frames = (num_frames[first] + num_frames[second]) / 2
        return mean_where(cost / mean_frames, counted)


def contrastive_idm(
    embedding: Tensor,
    frame_inds: Tensor,
    video_lengths: Tensor,
    valid: Tensor,
    *,
    window: float = 10.0,
    margin: float = 2.0,
) -> Tensor:
    """Compute each video's contrastive inverse difference moment, LAV's regulariser.

    With d_ij the squared distance of frames i and j, s their places in the source video
    and L its length, it is the sum over all i and j of::

        d_ij                                             where |s_i - s_j| <= window
        (1 + ((s_i - s_j) / L)^2) max(0, margin - d_ij)  elsewhere

    The window is in frames and the weight in lengths of the video, as in the published
    code.

    Args:
        embedding: Embeddings, ``(B, T, D)``, of any float dtype.
        frame_inds: Places of the frames in their source videos, ``(B, T)``.
        video_lengths: Numbers of frames of the source videos, ``(B,)``; > 0.
        valid: True on real frames, ``(B, T)`` bool; the others may hold anything.
        window: Gap in time up to which frames are drawn together, in source frames;
            >= 0.
        margin: Squared distance to which all other frames are kept apart; > 0.

    Returns:
        ``(B,)``, at least float32; 0 for a video of one frame.

    Raises:
        ValueError: A shape, a dtype or an option is wrong.
    """
    if window < 0 or margin <= 0:
        raise ValueError(
            f'window must not be negative and margin positive, got {window}, {margin}'
        )
    check_frames(embedding, frame_inds=frame_inds, valid=valid)
    check_lengths(video_lengths, len(valid))
    z = clean(embedding, valid)
    with torch.autocast(z.device.type, enabled=False):
        distance = squared_distances(z, z)  # (B, T, T)
    inds = frame_inds.to(z.dtype).masked_fill(~valid, 0)
    gap = inds.unsqueeze(2) - inds.unsqueeze(1)
    weight = 1 + (gap / video_lengths.to(z.dtype)[:, None, None]).square()
    far = weight * (margin - distance).relu()
    terms = torch.where(gap.abs() > window, far, distance)
    both = valid.unsqueeze(2) & valid.unsqueeze(1)
    return terms.masked_fill(~both, 0).sum(dim=(1, 2))
