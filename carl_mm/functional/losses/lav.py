"""Learning by aligning videos in time (LAV; Haresh et al., CVPR 2021)."""

import torch
from torch import Tensor

from carl_mm.functional.losses._frames import check_frames, clean
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
    """Soft-DTW of two videos, and frames of each kept apart.

    For videos X and Y of N and M frames, with squared Euclidean distances as costs and
    I of `contrastive_idm`::

        loss(X, Y) = (soft_dtw(X, Y) + regularisation (I(X) + I(Y))) / ((N + M) / 2)

    and the mean over all pairs of videos of one process. Embeddings are used as they
    are: L2-normalise them, as published. Frames that are not valid take no part and
    may hold anything, NaN too. Defaults are the published code's.

    Args:
        embedding: ``(B, T, D)``, any float dtype; B >= 2.
        frame_inds: ``(B, T)``, frames of the source videos.
        video_lengths: ``(B,)``, in frames.
        groups: ``(B,)`` integers, the same for videos of one process; by default all
            are.
        gamma: Softness of the DTW, in squared distances; > 0.
        regularisation: alpha of the paper; >= 0.
        window: sigma of the paper, see `contrastive_idm`.
        margin: lambda of the paper, likewise.
        divergence: Subtract (soft_dtw(X, X) + soft_dtw(Y, Y)) / 2, so that a video
            aligned with itself costs 0; off as published.
        valid: ``(B, T)`` bool, True on a real frame; by default all are.

    Returns:
        Scalar, at least float32.

    Raises:
        ValueError: Wrong shape, dtype or option, or no pair of one process.
    """
    if regularisation < 0:
        raise ValueError(f'regularisation must not be negative, got {regularisation}')
    if valid is None:
        valid = torch.ones_like(frame_inds, dtype=torch.bool)
    check_frames(embedding, frame_inds=frame_inds, valid=valid)
    with torch.autocast(embedding.device.type, enabled=False):
        z, num_frames = pack(embedding, valid)
        first, second = same_action_pairs(num_frames, groups, 'LAV')

        def warped(a: Tensor, b: Tensor) -> Tensor:
            costs = squared_distances(z[a], z[b])
            lengths = {'num_rows': num_frames[a], 'num_columns': num_frames[b]}
            return soft_dtw(costs, gamma, **lengths)

        cost = warped(first, second)
        if divergence:
            videos = torch.arange(len(z), device=z.device)[num_frames > 0]
            own = cost.new_zeros(len(z)).index_put((videos,), warped(videos, videos))
            cost = cost - (own[first] + own[second]) / 2
        apart = contrastive_idm(
            embedding, frame_inds, video_lengths, valid, window=window, margin=margin
        )
        cost = cost + regularisation * (apart[first] + apart[second])
        mean_frames = (num_frames[first] + num_frames[second]) / 2
        return (cost / mean_frames).mean()


def contrastive_idm(
    embedding: Tensor,
    frame_inds: Tensor,
    video_lengths: Tensor,
    valid: Tensor,
    *,
    window: float = 10.0,
    margin: float = 2.0,
) -> Tensor:
    """Contrastive inverse difference moment of each video (LAV's regulariser).

    With d the squared distance of frames i and j, s their places in the source video
    and L its length, the sum over all i and j of::

        d_ij                                             where |s_i - s_j| <= window
        (1 + ((s_i - s_j) / L)^2) max(0, margin - d_ij)  elsewhere

    The window is in frames and the weight in lengths of the video, as in the published
    code.

    Args:
        embedding: ``(B, T, D)``, any float dtype.
        frame_inds: ``(B, T)``, frames of the source videos.
        video_lengths: ``(B,)``, in frames; > 0.
        valid: ``(B, T)`` bool; other frames may hold anything.
        window: In source frames; >= 0.
        margin: In squared distances; > 0.

    Returns:
        ``(B,)``, at least float32; 0 for a video of one frame.

    Raises:
        ValueError: Wrong shape, dtype or option.
    """
    if window < 0 or margin <= 0:
        raise ValueError(
            f'window must not be negative and margin positive, got {window}, {margin}'
        )
    check_frames(embedding, frame_inds=frame_inds, valid=valid)
    if video_lengths.shape != valid.shape[:1] or not (video_lengths > 0).all():
        raise ValueError(
            f'video_lengths must be {len(valid)} positive numbers of frames, got '
            f'{video_lengths.tolist()}'
        )
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
