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

    The first and the last frame stand in for frames before and after the video. No
    more frames are held than a batch of clips spans.

    Args:
        chunks: The video's frames in order, ``(n, 3, H, W)`` each.
        total_frames: Number of the video's frames, S.
        num_frames: Length of each clip, T.
        frame_interval: Step from a frame of a clip to the next, in frames of the video.
        clip_stride: Step from a clip to the next, in frames of the video.
        batch_size: Largest number of clips given at once.

    Yields:
        ``(m, T, 3, H, W)``, m <= ``batch_size``.
    """
    steps = torch.arange(num_frames) * frame_interval
    steps -= (num_frames - 1) * frame_interval // 2
    centres = torch.arange(0, total_frames, clip_stride)
    held, start = next(chunks), 0  # frames start to start + len(held) - 1
    for part in torch.split(centres, batch_size):
        inds = (part.unsqueeze(1) + steps).clamp(0, total_frames - 1)
        first, last = int(inds.min()), int(inds.max())
        parts = [held]
        while start + sum(map(len, parts)) <= last:
            parts.append(next(chunks))
        held, start = torch.cat(parts)[first - start :], first
        yield held[inds - start]


def between_clips(features: Tensor, total_frames: int, clip_stride: int) -> Tensor:
    """Interpolate features of clips to all frames, linearly.

    Args:
        features: Features of the clips, ``(ceil(S / clip_stride), C)``.
        total_frames: Number of the video's frames, S.
        clip_stride: Step from a clip to the next, in frames of the video.

    Returns:
        ``(S, C)``; frames past the last clip's centre have its feature.
    """
    place = torch.arange(total_frames, device=features.device) / clip_stride
    before = place.long()
    after = (before + 1).clamp(max=len(features) - 1)
    share = (place - before).unsqueeze(1).to(features.dtype)
    return torch.lerp(features[before], features[after], share)
