"""The spatial half of frame-wise recognizers: from frames to their features."""

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn

from carl_mm.functional.frame_features import standardize_over_time
from carl_mm.models.recognizers import chunked_backbone
from carl_mm.models.recognizers.base import Video, WholeVideoRecognizer
from carl_mm.models.recognizers.video_features import (
    ExtraFeatures,
    VideoFeatures,
    gather,
    measure,
    over_time,
)


class SpatialRecognizer(WholeVideoRecognizer):
    """Base class of recognizers that see each frame through a 2D backbone.

    A subclass sets the attributes, whose meaning `FramewiseRecognizer` tells.
    """

    spatial_pooling: str | Sequence[str]
    freeze_backbone: bool
    backbone_dtype: str
    chunk_size: int
    extra_features: nn.ModuleList
    learnt_stages: nn.Module | None
    feature_parts: tuple[int, ...]

    @property
    def extras(self) -> list[ExtraFeatures]:
        """What is measured beside the backbone."""
        return cast(list[ExtraFeatures], list(self.extra_features))

    def train(self, mode: bool = True) -> 'SpatialRecognizer':
        """Set the mode; a frozen backbone stays in eval mode."""
        super().train(mode)
        if self.freeze_backbone:
            self.backbone.eval()
        return self

    def spatial_features(self, frames: Tensor) -> Tensor:
        """Pass frames through the backbone and pool them.

        Args:
            frames: ``(N, 3, H, W)``, normalised, or uint8 RGB.

        Returns:
            ``(N, C)``, or ``(N, C, h, w)`` with ``spatial_pooling='none'``.
        """
        if self.training and not self.freeze_backbone:
            return self._run_backbone(frames)  # BatchNorm needs all at once
        keeps_grad = torch.is_grad_enabled() and not self.freeze_backbone
        with torch.set_grad_enabled(keeps_grad):
            return chunked_backbone.in_chunks(
                self._run_backbone, frames, self.chunk_size, self.backbone_dtype
            )

    def _run_backbone(self, frames: Tensor) -> Tensor:
        if frames.dtype == torch.uint8:
            frames = self.data_preprocessor.normalize(frames)
        return chunked_backbone.run(self.backbone, frames, self.spatial_pooling)

    def standardized(self, features: Tensor, valid: Tensor | None = None) -> Tensor:
        """Center and scale features by video, part by part, if the config says so.

        Args:
            features: Features of the frames, ``(B, T, C)``.
            valid: False on padding, ``(B, T)`` bool; by default all frames are real.
        """
        if not self.feature_parts:
            return features
        return standardize_over_time(features, self.feature_parts, valid)

    def after_learnt_stages(self, features: Tensor) -> Tensor:
        """Pass the backbone's maps through the stages that learn, if there are any.

        Args:
            features: Features of the frames, flattened maps and then what else was
                measured, ``(B, T, C)``.

        Returns:
            ``(B, T, C')``; without such stages the features themselves.
        """
        if self.learnt_stages is None:
            return features
        others = sum(extra.out_channels for extra in self.extras)
        maps, rest = torch.split(features, [features.shape[2] - others, others], dim=2)
        return torch.cat((self.learnt_stages(maps), rest), dim=2)

    def video_features(
        self, num_frames: int, device: torch.device | None = None
    ) -> VideoFeatures:
        """Begin to gather the features of a video; see `VideoFeatures`."""
        return VideoFeatures(self.spatial_features, self.extras, num_frames, device)

    def all_features(self, video: Video) -> Tensor:
        """Return the features of all frames of a video, ``(S, C)``.

        Args:
            video: As `FramewiseRecognizer.predict_video` takes it.
        """
        features = self.video_features(len(video))
        return gather(features, video, self.chunk_size, self.data_preprocessor.device)

    def with_extras(self, features: Tensor, frames: Tensor) -> Tensor:
        """Add what else is measured on successive frames to their features.

        Args:
            features: Features of the frames, ``(B, T, C)``.
            frames: The frames, ``(B, T, 3, H, W)`` uint8.
        """
        if not self.extras:
            return features
        extras = self.extras
        values = torch.stack([over_time(extras, measure(extras, v)) for v in frames])
        return torch.cat((features, values.to(features)), dim=2)

    def refuse_extras(self) -> None:
        """Raise ValueError where extras are asked for, but frames do not succeed."""
        if self.extra_features:
            raise ValueError(
                'extra_features are measured on the successive frames of a video, '
                'which a view does not hold; train on cached features '
                '(FeatureCacheHook), or set extra_features=()'
            )
