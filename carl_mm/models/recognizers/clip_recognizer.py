"""Clips in, a feature of each out; of whole videos, a feature of each frame."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from torch import Tensor, nn

from carl_mm.functional.positions import relative_time_embedding
from carl_mm.models.data_preprocessors.framewise import FramewiseDataPreprocessor
from carl_mm.models.heads.base import normalized
from carl_mm.models.recognizers.base import Video, WholeVideoRecognizer
from carl_mm.models.recognizers.controls import UNTRAINED_SEED
from carl_mm.models.recognizers.sliding_clips import between_clips, sliding_clips

CONTROLS = ('position', 'untrained')
FRAMES_AT_ONCE = 64  # of a decoded video
TO_UNIT = {'type': FramewiseDataPreprocessor, 'mean': (0.0,) * 3, 'std': (255.0,) * 3}


@MODELS.register_module()
class ClipRecognizer(WholeVideoRecognizer):
    """A 3D backbone, its global average, a head over two clips (CVRL, Fig. 2).

    In testing a clip slides over the whole video: each frame's embedding is the
    feature of the clip around it.

    Args:
        backbone: Config of a 3D backbone, ``(N, 3, T, H, W)`` to
            ``(N, C, t, h, w)``.
        cls_head: Config of a head such as `ClipContrastiveHead`; without one the model
            embeds, but does not train.
        num_frames: Length of a clip in testing, T.
        frame_interval: Step from a frame of a clip to the next, in frames of the video.
        clip_stride: Step from a clip to the next, in frames of the video; features of
            the frames between them are interpolated.
        chunk_size: Number of clips that pass the backbone at once in testing.
        controls: Names of the embeddings given beside the trained ones in testing:
            'position' (relative time alone), 'untrained' (the same backbone at its
            initialisation from a fixed seed); ``()`` turns them off.
        data_preprocessor: Config; by default `FramewiseDataPreprocessor` to [0, 1].
        train_cfg: Unused; mmaction2's `BaseRecognizer` has it.
        test_cfg: Unused; mmaction2's `BaseRecognizer` has it.

    Raises:
        ValueError: A control is unknown, or a number is below 1.
    """

    def __init__(
        self,
        backbone: dict[str, Any],
        cls_head: dict[str, Any] | None = None,
        num_frames: int = 16,
        frame_interval: int = 2,
        clip_stride: int = 1,
        chunk_size: int = 16,
        controls: Sequence[str] = CONTROLS,
        data_preprocessor: dict[str, Any] | None = None,
        train_cfg: dict[str, Any] | None = None,
        test_cfg: dict[str, Any] | None = None,
    ) -> None:
        if unknown := set(controls) - set(CONTROLS):
            raise ValueError(f'unknown controls {sorted(unknown)}; known: {CONTROLS}')
        if min(num_frames, frame_interval, clip_stride, chunk_size) < 1:
            raise ValueError(
                'num_frames, frame_interval, clip_stride and chunk_size must be at '
                f'least 1, got {num_frames}, {frame_interval}, {clip_stride} and '
                f'{chunk_size}'
            )
        backbone_cfg = deepcopy(backbone)  # building changes it
        super().__init__(
            backbone=backbone,
            cls_head=cls_head,
            train_cfg=train_cfg,
            test_cfg=test_cfg,
            data_preprocessor=data_preprocessor or TO_UNIT,
        )
        self.num_frames = num_frames
        self.frame_interval = frame_interval
        self.clip_stride = clip_stride
        self.chunk_size = chunk_size
        self.controls = tuple(controls)
        self._backbone_cfg = backbone_cfg
        self._untrained: list[nn.Module] = []  # in a list: no part of the state dict

    def extract_feat(self, inputs: Tensor, backbone: nn.Module | None = None) -> Tensor:
        """Embed clips.

        Args:
            inputs: Clips ``(N, T, 3, H, W)``, normalised or uint8.
            backbone: Backbone to use in place of the model's.

        Returns:
            Features ``(N, C)``, not normalised.
        """
        if inputs.dtype == torch.uint8:
            inputs = self.data_preprocessor.normalize(inputs)
        maps: Tensor = (backbone or self.backbone)(inputs.transpose(1, 2))
        return maps.mean((2, 3, 4))

    def _forward(
        self, inputs: Tensor, data_samples: Any = None, **unused: Any
    ) -> Tensor:
        """Embed clips ``(..., T, 3, H, W)``, giving ``(..., C)``."""
        features = self.extract_feat(inputs.flatten(0, -5))
        return torch.unflatten(features, 0, inputs.shape[:-4])

    def loss(
        self,
        inputs: Tensor,
        data_samples: Any = None,
        *,
        frame_inds: Any = None,
        valid: Any = None,
    ) -> dict[str, Tensor]:
        """Embed both clips of each video and compare them.

        Args:
            inputs: Two normalised clips of each video, ``(B, 2, T, 3, H, W)``.
            data_samples: Unused, as no label enters.
            frame_inds: Unused.
            valid: Unused, as clips have no padding.

        Returns:
            ``{'loss': scalar}``.
        """
        losses: dict[str, Tensor] = self.cls_head.loss(self._forward(inputs))
        return losses

    def predict_video(self, video: Video, sample: ActionDataSample) -> None:
        """Embed all frames of a video.

        Args:
            video: A `FrameStream`, or frames ``(S, 3, H, W)``, normalised or uint8.
            sample: Gets pred_embedding ``(S, C)`` and controls, a dict of name to
                ``(S, C')``: L2-normalised float32 on the CPU.

        Raises:
            VideoDecodeError: A frame is damaged.
        """
        embeddings = self._embed_video(video)
        sample.pred_embedding = embeddings.pop('')
        sample.controls = embeddings

    def _embed_video(self, video: Video) -> dict[str, Tensor]:
        """Return ``(S, C)`` by name, '' for the model's."""
        if isinstance(video, Tensor):
            chunks = iter([video])
        else:
            chunks = (chunk[0] for chunk in video.chunks(FRAMES_AT_ONCE))
        backbones = {'': self.backbone}
        if 'untrained' in self.controls:
            backbones['untrained'] = self._untrained_backbone()
        shape = (self.num_frames, self.frame_interval, self.clip_stride)
        rows: dict[str, list[Tensor]] = {name: [] for name in backbones}
        for clips in sliding_clips(chunks, len(video), *shape, self.chunk_size):
            clips = clips.to(self.data_preprocessor.device)
            for name, backbone in backbones.items():
                rows[name].append(self.extract_feat(clips, backbone).float())
        found = {
            name: normalized(
                between_clips(torch.cat(parts), len(video), self.clip_stride)
            )
            for name, parts in rows.items()
        }
        if 'position' in self.controls:
            found['position'] = torch.from_numpy(relative_time_embedding(len(video)))
        return found

    def _untrained_backbone(self) -> nn.Module:
        if not self._untrained:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(UNTRAINED_SEED)
                backbone = MODELS.build(deepcopy(self._backbone_cfg))
                backbone.init_weights()
            backbone.eval()  # gives None, see ResNet3d.train
            self._untrained.append(backbone.requires_grad_(False))
        return self._untrained[0].to(self.data_preprocessor.device)
