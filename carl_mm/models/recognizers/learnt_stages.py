"""The last stages of a backbone, which learn, behind maps of those that do not."""

from collections.abc import Sequence
from math import isqrt
from typing import Any

import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn

from carl_mm.models.backbones.efficientnet_lite import EfficientNetLite0
from carl_mm.models.recognizers import chunked_backbone


@MODELS.register_module()
class LearntStages(BaseModule):
    """The stages of an EfficientNet-Lite that follow a frozen one, and pooling.

    A `FramewiseRecognizer` passes it the maps of the last frozen stage, which can be
    cached (``learnt_stages``, and 'flat' as the last ``spatial_pooling``). They learn
    as the paper's res5 does. The stages before are not held here. The recognizer fills
    in ``backbone``, ``start`` and ``kept_channels`` where its config has none.

    Args:
        backbone: Config of an `EfficientNetLite0` or `EfficientNetLite2`, without
            ``out_indices``; as the recognizer's.
        start: Stage whose maps come in, 0 to 6; the last of ``out_indices`` of the
            recognizer's backbone.
        out_indices: Which maps are pooled, ``start`` to 7, where 7 is the layer after
            the stages.
        spatial_pooling: How each of them is pooled, see `FramewiseRecognizer`.
        kept_channels: Number of channels in front of the maps, such as pooled maps of
            earlier stages, which stay as they are.
        norm_eval: Whether BatchNorm keeps its statistics in training.
        chunk_size: Number of frames that pass at once in testing.

    Raises:
        TypeError: The backbone is of another kind.
        ValueError: An index, name or number is out of range.
    """

    def __init__(
        self,
        backbone: dict[str, Any],
        start: int,
        out_indices: Sequence[int] = (7,),
        spatial_pooling: Sequence[str] = ('max',),
        kept_channels: int = 0,
        norm_eval: bool = False,
        chunk_size: int = 64,
    ) -> None:
        super().__init__()
        chunked_backbone.check_options(spatial_pooling, 'float32', chunk_size, None)
        if kept_channels < 0:
            raise ValueError(f'kept_channels must be at least 0, got {kept_channels}')
        network = MODELS.build({**backbone, 'out_indices': out_indices})
        if not isinstance(network, EfficientNetLite0):
            raise TypeError(f'LearntStages continues no {type(network).__name__}')
        if not 0 <= start <= out_indices[0] or start >= out_indices[-1]:
            raise ValueError(
                'start must be in 0 to 6, not behind the first of out_indices and '
                f'before the last one, got {start} and {tuple(out_indices)}'
            )
        network.forget_stages(start)
        self.network = network
        self.start = start
        self.kept_channels = kept_channels
        self.spatial_pooling = tuple(spatial_pooling)
        self.norm_eval = norm_eval
        self.chunk_size = chunk_size
        self.network.to(memory_format=torch.channels_last)

    @property
    def output_channels(self) -> tuple[int, ...]:
        """Number of values of each of the pooled maps."""
        return chunked_backbone.pooled_channels(
            self.network.output_channels, self.spatial_pooling
        )

    def train(self, mode: bool = True) -> 'LearntStages':
        """Set the mode; with ``norm_eval`` BatchNorm stays in eval mode."""
        super().train(mode)
        if self.norm_eval:
            for module in self.modules():
                if isinstance(module, nn.modules.batchnorm._BatchNorm):
                    module.eval()
        return self

    def forward(self, features: Tensor) -> Tensor:
        """Continue from the maps of the frozen stages, and pool.

        Args:
            features: What is kept, then square maps of stage ``start``, flattened,
                ``(B, T, K + C h w)``.

        Returns:
            What is kept, then the pooled maps, ``(B, T, K + C')``.

        Raises:
            ValueError: The maps are not square, or of another stage.
        """
        kept = features[..., : self.kept_channels]
        maps = features[..., self.kept_channels :]
        channels = self.network.channels[self.start]
        side = isqrt(maps.shape[2] // channels)
        if channels * side * side != maps.shape[2]:
            raise ValueError(
                f'{maps.shape[2]} values of a frame are no square maps of {channels} '
                f'channels, those of stage {self.start}: use square frames, '
                f"spatial_pooling='flat' and out_indices=({self.start},) of the "
                'backbone; or count what stands in front of them as kept_channels'
            )
        flat = maps.reshape(-1, channels, side, side)
        if self.training:  # BatchNorm needs all at once
            pooled = self._continue(flat)
        else:
            pooled = chunked_backbone.in_chunks(
                self._continue, flat, self.chunk_size, 'float32'
            )
        return torch.cat((kept, torch.unflatten(pooled, 0, maps.shape[:2])), dim=2)

    def _continue(self, maps: Tensor) -> Tensor:
        maps = maps.contiguous(memory_format=torch.channels_last)
        outputs = self.network.continue_from(maps, self.start)
        return chunked_backbone.pool_outputs(outputs, self.spatial_pooling)
