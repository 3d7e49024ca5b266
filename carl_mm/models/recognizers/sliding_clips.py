"""A clip around each frame of a video, taken while the video is decoded."""

from collections.abc import Iterator

import torch
from torch import Tensor


def sliding_clips(
    chunks: Iterator[Tensor],
    total_frames: int,
    num_frames: int,
    frame_interval: int,
    clip_stride: int,
    batch_size: int,
) -> Iterator[Tensor]:
    """Cut the clips around frames 0, ``clip_stride``, twice that, and so on.

    Frames before the first and past the last are the first and the last. No more
    frames are held than a batch of clips spans.

    Args:
        chunks: ``(n, 3, H, W)`` each, the video's frames in order.
        total_frames: S, of the video.
        num_frames: T, of each clip.
        frame_interval: Frames from one to the next.
        clip_stride: Frames from one clip to the next.
        batch_size: Clips at once.

    Yields:
        ``(m, T, 3, H, W)``, m <= ``batch_size``.
    """
    steps = torch.arange(num_frames) * frame_interval
    steps -= (num_frames - 1) * frame_interval // 2
    centres = torch.arange(0, total_frames, clip_stride)
    held, start = next(chunks), 0  # frames start to start + len(held) - 1
    for part in centres.split(batch_size):
        inds = (part.unsqueeze(1) + steps).clamp(0, total_frames - 1)
        first, last = int(inds.min()), int(inds.max())
        parts = [held]
        while start + sum(map(len, parts)) <= last:
            parts.append(next(chunks))
        held, start = torch.cat(parts)[first - start :], first
        yield held[inds - start]


def between_clips(features: Tensor, total_frames: int, clip_stride: int) -> Tensor:
    """Spread features of clips over all frames, linearly between two clips.

    Args:
        features: ``(ceil(S / clip_stride), C)``.
        total_frames: S.
        clip_stride: Frames from one clip to the next.

    Returns:
        ``(S, C)``; frames past the last clip's centre have its feature.
    """
    place = torch.arange(total_frames, device=features.device) / clip_stride
    before = place.long()
    after = (before + 1).clamp(max=len(features) - 1)
    share = (place - before).unsqueeze(1).to(features.dtype)
    return torch.lerp(features[before], features[after], share)
