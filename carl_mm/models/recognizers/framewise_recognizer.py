"""Frames in, an embedding of each out."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any, Literal

import torch
from mmaction.registry import MODELS
from torch import Tensor, nn

from carl_mm.models.data_preprocessors.framewise import FramewiseDataPreprocessor
from carl_mm.models.heads.base import FramewiseHead, check_head
from carl_mm.models.recognizers import chunked_backbone
from carl_mm.models.recognizers.controls import CONTROLS, ControlEmbeddings
from carl_mm.models.recognizers.embedding import EmbeddingRecognizer
from carl_mm.models.recognizers.feature_widths import stages_config, with_widths


@MODELS.register_module()
class FramewiseRecognizer(EmbeddingRecognizer):
    """A backbone for each frame, a neck over time, a head (CARL, Fig. 3).

    Args:
        backbone: Config of a 2D backbone of mmpretrain, mmaction2, timm or
            torchvision, of feature maps ``(N, C, h, w)`` or vectors ``(N, C)``.
        neck: Config of the temporal network, ``(B, T, C)`` to ``(B, T, D)``. Its
            ``in_channels`` may be None: the number of channels of all features, which
            is known of an EfficientNet-Lite.
        cls_head: Config of a `FramewiseHead`; without one the model embeds, but does
            not train.
        spatial_pooling: How feature maps are pooled: 'max' (published), 'mean',
            'max_mean' (both, 2C channels), 'grid' (4 x 4 cells, 16C), 'flat' (whole
            maps in a row) or 'none', for a neck that takes maps; or a list, one for
            each output of the backbone.
        freeze_backbone: Whether the backbone learns nothing and stays in eval mode;
            then cached features can stand in for the pictures.
        backbone_dtype: What the backbone computes in if frozen or testing: 'float32',
            'bfloat16' (half the time where the hardware has it) or 'auto' (the faster).
        max_frames: Most frames that pass the neck at once in testing; positions restart
            in each of a longer video's even parts (published: 1,000; FineGym 6,000).
        chunk_size: Number of frames the backbone takes at once if frozen or testing.
        compile_backbone: Whether the backbone passes `torch.compile`, or a dict of its
            options. Needs a C++ compiler, on a GPU Triton.
        controls: Names of the embeddings given beside the trained ones in testing, see
            `ControlEmbeddings`; ``()`` turns them off.
        extra_features: Configs of what else is measured on the uint8 frames of a video
            in their order (`OpticalFlowGrid`, `PoseLandmarks`) and stands behind the
            backbone's features; training then takes cached features.
        learnt_stages: Config of `LearntStages`, which learn behind a frozen backbone,
            with ``spatial_pooling='flat'``; of an EfficientNet-Lite the type is enough.
        feature_parts: Number of channels of each part of the features that is centred
            and scaled by video (`standardize_over_time`); by default none is. 'each':
            each output of an EfficientNet-Lite and each of ``extra_features`` is one.
        keep_frame_features: Whether testing appends to the learnt embedding, with the
            same weight, what each frame shows by itself (`frame_features`).
        data_preprocessor: Config; by default `FramewiseDataPreprocessor`.
        train_cfg: Unused, as is ``test_cfg``; mmaction2's `BaseRecognizer` has both.
        test_cfg: Unused.

    Attributes:
        feature_config: Configs that decide, with the weights, what the backbone and
            what else is measured give.

    Raises:
        TypeError: The head is not a `FramewiseHead`.
        ValueError: A name is unknown, ``chunk_size`` or ``max_frames`` is below 1, or
            options exclude each other.
    """

    def __init__(
        self,
        backbone: dict[str, Any],
        neck: dict[str, Any],
        cls_head: dict[str, Any] | None = None,
        spatial_pooling: str | Sequence[str] = 'max',
        freeze_backbone: bool = False,
        backbone_dtype: str = 'float32',
        max_frames: int | None = None,
        chunk_size: int = 64,
        compile_backbone: bool | dict[str, Any] = False,
        controls: Sequence[str] = CONTROLS,
        extra_features: Sequence[dict[str, Any]] = (),
        learnt_stages: dict[str, Any] | None = None,
        feature_parts: Sequence[int] | Literal['each'] = (),
        keep_frame_features: bool = False,
        data_preprocessor: dict[str, Any] | None = None,
        train_cfg: dict[str, Any] | None = None,
        test_cfg: dict[str, Any] | None = None,
    ) -> None:
        chunked_backbone.check_options(
            spatial_pooling, backbone_dtype, chunk_size, max_frames
        )
        if spatial_pooling == 'none' and (extra_features or learnt_stages):
            raise ValueError(
                "extra_features and learnt_stages need vectors, spatial_pooling='none' "
                'gives maps'
            )
        feature_config = deepcopy({'backbone': backbone, 'extras': extra_features})
        super().__init__(
            backbone=backbone,
            train_cfg=train_cfg,
            test_cfg=test_cfg,
            data_preprocessor=data_preprocessor or {'type': FramewiseDataPreprocessor},
        )
        self.feature_config: dict[str, Any] = feature_config
        extras = nn.ModuleList(map(MODELS.build, extra_features))
        stages = learnt_stages
        if stages is not None:
            stages = stages_config(stages, self.backbone, backbone, spatial_pooling)
            stages = MODELS.build(stages)
        neck, self.feature_parts = with_widths(
            neck, feature_parts, (self.backbone, spatial_pooling, stages, [*extras])
        )
        self.controls = ControlEmbeddings(controls, neck, max_frames)
        self.neck = MODELS.build(neck)
        if cls_head is not None:
            self.cls_head = MODELS.build(cls_head)
        check_head(self.head)
        self.spatial_pooling = spatial_pooling
        self.freeze_backbone = freeze_backbone
        self.backbone_dtype = chunked_backbone.choose_dtype(backbone_dtype)
        self.max_frames = max_frames
        self.chunk_size = chunk_size
        self.extra_features = extras
        self.learnt_stages = stages
        self.keep_frame_features = keep_frame_features
        chunked_backbone.prepare(self.backbone, freeze_backbone, compile_backbone)

    def extract_feat(
        self, inputs: Tensor, valid: Tensor | None = None, stage: str = 'neck'
    ) -> Tensor:
        """Embed videos of one length.

        Args:
            inputs: Frames ``(B, T, 3, H, W)``, or their features ``(B, T, C)``; with
                ``extra_features`` frames are successive and uint8.
            valid: False on padding, ``(B, T)`` bool; by default all frames are real.
            stage: Whose output is returned: 'backbone' or 'neck'.

        Returns:
            ``(B, T, C)`` or ``(B, T, D)``, not normalised.
        """
        if inputs.dim() == 5:
            features = self.spatial_features(inputs.flatten(0, 1))
            features = torch.unflatten(features, 0, inputs.shape[:2])
            inputs = self.with_extras(features, inputs)
        if stage == 'backbone':
            return inputs
        seen = self.standardized(self.after_learnt_stages(inputs), valid)
        out: Tensor = self.neck(seen, valid)
        return out

    def _forward(
        self, inputs: Tensor, valid: Tensor | None = None, stage: str = 'neck', **_: Any
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
        """Embed all views and hand them to the head, see `FramewiseHead.loss`.

        Args:
            inputs: Frames ``(B, V, T, 3, H, W)``, or their features ``(B, V, T, C)``.
            data_samples: One for each video.
            frame_inds: Places of the frames in their source videos, ``(B, V, T)``.
            valid: False on padding, ``(B, V, T)`` bool.

        Raises:
            ValueError: Extra features are to be measured on the frames of a view.
        """
        if inputs.dim() > 4:
            self.refuse_extras()
        flat = self.extract_feat(inputs.flatten(0, 1), valid.flatten(0, 1))
        embedding = torch.unflatten(flat, 0, inputs.shape[:2])
        head: FramewiseHead = self.cls_head
        return head.loss(embedding, frame_inds, valid, data_samples)
