"""Frames through a 2D backbone, some at a time, and pooled."""

from typing import Any

import torch
from torch import Tensor

from carl_mm.datasets.transforms import FrameStream
from carl_mm.prefetching import prefetch

DTYPES = ('float32', 'bfloat16', 'auto')
POOLINGS = ('max', 'mean', 'max_mean', 'none')


class ChunkedBackbone:
    """The spatial half of `FramewiseRecognizer`, whose arguments say what they mean."""

    training: bool
    backbone: Any
    data_preprocessor: Any
    spatial_pooling: str
    freeze_backbone: bool
    backbone_dtype: str
    chunk_size: int

    def spatial_features(self, frames: Tensor) -> Tensor:
        """Pass frames through the backbone and pool them.

        Args:
            frames: ``(N, 3, H, W)``, normalised, or uint8 RGB.

        Returns:
            ``(N, C)``, or ``(N, C, h, w)`` with ``spatial_pooling='none'``.
        """
        if self.training and not self.freeze_backbone:
            return self._pool(self._run_backbone(frames))  # BatchNorm needs all at once
        keeps_grad = torch.is_grad_enabled() and not self.freeze_backbone
        with torch.set_grad_enabled(keeps_grad):
            chunks = frames.split(self.chunk_size)
            return torch.cat([self._chunk_features(chunk) for chunk in chunks])

    def _chunk_features(self, frames: Tensor) -> Tensor:
        low = self.backbone_dtype == 'bfloat16'
        with torch.autocast(frames.device.type, torch.bfloat16, enabled=low):
            return self._pool(self._run_backbone(frames)).float()

    def _run_backbone(self, frames: Tensor) -> Tensor:
        if frames.dtype == torch.uint8:
            frames = self.data_preprocessor.normalize(frames)
        features = self.backbone(frames.contiguous(memory_format=torch.channels_last))
        return features[-1] if isinstance(features, (tuple, list)) else features

    def _pool(self, maps: Tensor) -> Tensor:
        if self.spatial_pooling == 'none' or maps.dim() == 2:
            return maps
        pooled = [
            maps.amax((2, 3)) if name == 'max' else maps.mean((2, 3))
            for name in self.spatial_pooling.split('_')
        ]
        return torch.cat(pooled, dim=1)

    def whole_features(self, video: Tensor | FrameStream) -> Tensor:
        """Pass a whole video through the backbone while it is decoded.

        Args:
            video: A `FrameStream`, ``(T, 3, H, W)`` uint8 or normalised, or its
                features ``(T, C)``.

        Returns:
            As `spatial_features`.

        Raises:
            VideoDecodeError: A frame is damaged.
        """
        if isinstance(video, Tensor):
            return video if video.dim() == 2 else self.spatial_features(video)
        device = self.data_preprocessor.device
        features, start = torch.empty(0), 0
        for (chunk,) in prefetch(video.chunks(self.chunk_size)):
            part = self.spatial_features(chunk.to(device))
            if start == 0:  # whole: pieces and their sum would be twice that
                features = part.new_empty(len(video), *part.shape[1:])
            features[start : start + len(part)] = part
            start += len(part)
        return features


def has_fast_bfloat16() -> bool:
    """Whether this machine multiplies bfloat16 faster than float32."""
    if torch.cuda.is_available():
        return torch.cuda.get_device_capability() >= (8, 0)  # below it is emulated
    check = getattr(torch.cpu, '_is_avx512_bf16_supported', None)
    return bool(check and check())
