"""Temporal networks of the paper's Table 5: convolutions, and none at all."""

from typing import Any

import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn

from carl_mm.models.necks.temporal_layers import check_channels, transformation_block


@MODELS.register_module()
class FramewiseMLP(BaseModule):
    """Linear layers on each frame alone: 'ResNet-50 only' of Table 5.

    Args:
        in_channels: Number of channels of a frame's spatial features, C.
        hidden_channels: Width of the two hidden layers.
        out_channels: Size of the embeddings, D.
        dropout: Share of the activations dropped before each hidden layer.
        init_cfg: How mmengine's `BaseModule` initialises the weights.
    """

    def __init__(
        self,
        in_channels: int,
        hidden_channels: int = 512,
        out_channels: int = 128,
        dropout: float = 0.1,
        init_cfg: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.in_channels = in_channels
        self.linears = transformation_block(
            in_channels, hidden_channels, out_channels, dropout
        )

    def forward(self, features: Tensor, valid: Tensor | None = None) -> Tensor:
        """Embed ``(B, T, C)`` features as ``(B, T, D)``; ``valid`` plays no part."""
        check_channels(features, self.in_channels)
        x = self.linears(features.flatten(0, 1))
        return torch.unflatten(x, 0, features.shape[:2])


@MODELS.register_module()
class TemporalConv3d(FramewiseMLP):
    """Two 3D convolutions before the spatial pooling, then linear layers.

    'ResNet-50+C3D' of Table 5, the network of TCC and LAV. Takes unpooled feature
    maps: set ``spatial_pooling='none'`` in the recognizer.

    Args:
        in_channels: Number of channels of the feature maps, C.
        conv_channels: Number of channels of the convolutions.
        hidden_channels: Width of the two hidden linear layers.
        out_channels: Size of the embeddings, D.
        dropout: Share of the activations dropped before each hidden layer.
        init_cfg: How mmengine's `BaseModule` initialises the weights.
    """

    def __init__(
        self,
        in_channels: int,
        conv_channels: int = 512,
        hidden_channels: int = 512,
        out_channels: int = 128,
        dropout: float = 0.1,
        init_cfg: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(
            conv_channels, hidden_channels, out_channels, dropout, init_cfg
        )
        self.map_channels = in_channels
        layers: list[nn.Module] = []
        for channels in (in_channels, conv_channels):
            layers += [
                nn.Conv3d(channels, conv_channels, 3, padding=1, bias=False),
                nn.BatchNorm3d(conv_channels),
                nn.ReLU(),
            ]
        self.convolutions = nn.Sequential(*layers)

    def forward(self, features: Tensor, valid: Tensor | None = None) -> Tensor:
        """Embed ``(B, T, C, h, w)`` feature maps as ``(B, T, D)``.

        Padded frames are zeroed, so that no frame sees their content.

        Raises:
            ValueError: The features are pooled, or have another number of channels.
        """
        if features.dim() != 5:
            raise ValueError(
                'TemporalConv3d takes feature maps (B, T, C, h, w), got '
                f"{tuple(features.shape)}; set spatial_pooling='none'"
            )
        check_channels(features, self.map_channels)
        if valid is not None:
            features = features * valid[:, :, None, None, None]
        x = self.convolutions(features.transpose(1, 2))
        return super().forward(x.amax((3, 4)).transpose(1, 2))
