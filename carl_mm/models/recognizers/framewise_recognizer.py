"""Frames in, one embedding a frame out."""

from collections.abc import Sequence
from typing import Any

import torch
from mmaction.models import BaseRecognizer
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.logging import print_log
from torch import Tensor

from carl_mm.datasets.video_io.open_video import VideoDecodeError
from carl_mm.functional.frame_features import frame_features
from carl_mm.models.data_preprocessors.framewise import FramewiseDataPreprocessor
from carl_mm.models.heads.sequence_contrastive import normalized
from carl_mm.models.recognizers.chunked_backbone import (
    DTYPES,
    POOLINGS,
    ChunkedBackbone,
    has_fast_bfloat16,
)
from carl_mm.models.recognizers.controls import CONTROLS, ControlEmbeddings


@MODELS.register_module()
class FramewiseRecognizer(ChunkedBackbone, BaseRecognizer):
    """Backbone a frame, neck over time, head (CARL, Fig. 3).

    Args:
        backbone: Config of a 2D backbone of mmpretrain, mmaction2, timm or
            torchvision, of feature maps ``(N, C, h, w)`` or vectors ``(N, C)``.
        neck: Config of the temporal network, ``(B, T, C)`` to ``(B, T, D)``.
        cls_head: Config of `SequenceContrastiveHead` or alike; without one the
            model embeds, but does not train.
        spatial_pooling: Of feature maps: 'max' (published), 'mean', 'max_mean'
            (both, 2C channels) or 'none', for a neck that takes maps.
        freeze_backbone: Train no layer of it and keep it in eval mode; then cached
            features can stand in for the pictures.
        backbone_dtype: In which the backbone computes when it keeps no gradients or
            when testing: 'float32', 'bfloat16' (autocast; about half the time where
            the hardware has it) or 'auto', bfloat16 on such hardware.
        max_frames: Frames that pass the neck at once in testing; a longer video is
            cut, and its positions restart (published: 1,000; FineGym 6,000). By
            default the whole video passes, as the paper says.
        chunk_size: Frames that pass the backbone at once when it keeps no gradients
            or when testing.
        compile_backbone: Pass the backbone through `torch.compile`: True, or a dict
            of its options. It needs a C++ compiler, on a GPU Triton; the first step
            takes a minute longer. Checkpoints stay the same.
        controls: Embeddings given beside the trained ones in testing, see
            `ControlEmbeddings`; ``()`` turns them off.
        data_preprocessor: Config; by default `FramewiseDataPreprocessor`.
        train_cfg: Of mmaction2's `BaseRecognizer`, unused.
        test_cfg: Likewise.

    Raises:
        ValueError: Unknown ``spatial_pooling``, ``backbone_dtype`` or control, or
            ``chunk_size`` or ``max_frames`` < 1.
    """

    def __init__(
        self,
        backbone: dict,
        neck: dict,
        cls_head: dict | None = None,
        spatial_pooling: str = 'max',
        freeze_backbone: bool = False,
        backbone_dtype: str = 'float32',
        max_frames: int | None = None,
        chunk_size: int = 64,
        compile_backbone: bool | dict = False,
        controls: Sequence[str] = CONTROLS,
        data_preprocessor: dict | None = None,
        train_cfg: dict | None = None,
        test_cfg: dict | None = None,
    ) -> None:
        if spatial_pooling not in POOLINGS:
            raise ValueError(
                f'spatial_pooling must be one of {POOLINGS}, got {spatial_pooling!r}'
            )
        if backbone_dtype not in DTYPES:
            raise ValueError(
                f'backbone_dtype must be one of {DTYPES}, got {backbone_dtype!r}'
            )
        if chunk_size < 1 or (max_frames is not None and max_frames < 1):
            raise ValueError(
                'chunk_size and max_frames must be at least 1, got '
                f'{chunk_size} and {max_frames}'
            )
        control_embeddings = ControlEmbeddings(controls, neck)  # before neck is built
        super().__init__(
            backbone=backbone,
            neck=neck,
            cls_head=cls_head,
            train_cfg=train_cfg,
            test_cfg=test_cfg,
            data_preprocessor=data_preprocessor or {'type': FramewiseDataPreprocessor},
        )
        self.spatial_pooling = spatial_pooling
        self.freeze_backbone = freeze_backbone
        if backbone_dtype == 'auto':
            backbone_dtype = 'bfloat16' if has_fast_bfloat16() else 'float32'
        self.backbone_dtype = backbone_dtype
        self.max_frames = max_frames
        self.chunk_size = chunk_size
        self.controls = control_embeddings
        # Convolutions on the CPU and on tensor cores are up to twice as fast.
        self.backbone.to(memory_format=torch.channels_last)
        if freeze_backbone:
            self.backbone.requires_grad_(False)
        if compile_backbone is not False:
            options = {} if compile_backbone is True else compile_backbone
            self.backbone.compile(**options)

    def train(self, mode: bool = True) -> 'FramewiseRecognizer':
        """Set the mode; a frozen backbone stays in eval mode."""
        super().train(mode)
        if self.freeze_backbone:
            self.backbone.eval()
        return self

    def extract_feat(
        self, inputs: Tensor, valid: Tensor | None = None, stage: str = 'neck'
    ) -> Tensor:
        """Embed videos of one length.

        Args:
            inputs: ``(B, T, 3, H, W)`` normalised or uint8, or ``(B, T, C)`` features.
            valid: ``(B, T)`` bool, False on padding.
            stage: 'backbone' gives the spatial features, 'neck' the embeddings.

        Returns:
            ``(B, T, C)`` or ``(B, T, D)``, not normalised.
        """
        if inputs.dim() == 5:
            shape = inputs.shape[:2]
            inputs = self.spatial_features(inputs.flatten(0, 1)).unflatten(0, shape)
        return inputs if stage == 'backbone' else self.neck(inputs, valid)

    def _forward(
        self,
        inputs: Tensor,
        data_samples: Any = None,
        valid: Tensor | None = None,
        stage: str = 'neck',
        **unused: Any,
    ) -> Tensor:
        return self.extract_feat(inputs, valid, stage)

    def loss(
        self,
        inputs: Tensor,
        data_samples: Any = None,
        *,
        frame_inds: Tensor,
        valid: Tensor,
    ) -> dict[str, Tensor]:
        """Embed all views and compare them.

        Args:
            inputs: ``(B, V, T, 3, H, W)`` normalised, or ``(B, V, T, C)`` features.
            data_samples: One a video, for heads that learn from labels.
            frame_inds: ``(B, V, T)`` int64, frames of the source video.
            valid: ``(B, V, T)`` bool, False on padding.

        Returns:
            ``{'loss': scalar}``.
        """
        embedding = self.extract_feat(inputs.flatten(0, 1), valid.flatten(0, 1))
        embedding = embedding.unflatten(0, inputs.shape[:2])
        return self.cls_head.loss(embedding, frame_inds, valid, data_samples)

    @torch.no_grad()
    def predict(
        self, inputs: Sequence[Tensor], data_samples: list[ActionDataSample], **_: Any
    ) -> list[ActionDataSample]:
        """Embed whole videos, each on its own, of any length.

        Args:
            inputs: Of each video a `FrameStream`, ``(T, 3, H, W)`` uint8 or
                normalised, or its cached features ``(T, C)``.
            data_samples: One a video.

        Returns:
            The samples with pred_embedding ``(T, D)`` and controls, a dict of name to
            ``(T, D')``: L2-normalised float32 on the CPU; frame_features ``(T, F)``,
            see `carl_mm.functional.frame_features`; with a head that classifies also
            pred_frame_label ``(T,)`` int64. pred_cuts maps each kind of the sample's
            ``cuts`` to a list of dicts: a cut's pred_embedding, and its controls but
            the backbone's. A video
            that cannot be decoded has T = 0 and says why in ``problem``.
        """
        for video, sample in zip(inputs, data_samples, strict=True):
            try:
                features = self.whole_features(video) if len(video) else None
            except VideoDecodeError as error:
                print_log(f'skipped: {error}', logger='current', level=30)
                sample.set_metainfo({'problem': str(error)})
                features = None
            if features is None:  # metrics leave a video without a frame out
                sample.pred_embedding, sample.controls = torch.empty(0, 1), {}
                sample.frame_features = torch.empty(0, 1)
                sample.gt_label = torch.empty(0, dtype=torch.int64)
                continue
            embedding = self._embed(features)
            predict = self.cls_head.predict if self.with_cls_head else normalized
            sample.pred_embedding = predict(embedding)
            sample.controls = self.controls(features)
            sample.frame_features = frame_features(features)
            sample.pred_cuts = {}
            for kind, draws in sample.get('cuts', {}).items():
                parts = [
                    features[torch.as_tensor(i).to(features.device)] for i in draws
                ]
                # The backbone's features are the whole video's at these frames.
                sample.pred_cuts[kind] = [
                    {
                        'pred_embedding': predict(self._embed(part)),
                        'controls': self.controls(part, leave_out=['backbone']),
                    }
                    for part in parts
                ]
            if self.with_cls_head and hasattr(self.cls_head, 'classify'):
                sample.pred_frame_label = self.cls_head.classify(embedding)
        return data_samples

    def _embed(self, features: Tensor) -> Tensor:
        parts = features.split(self.max_frames or len(features))
        return torch.cat([self.neck(part[None])[0] for part in parts])
