"""CARL's temporal network: features of all frames in, their embeddings out."""

from functools import lru_cache
from typing import Any

import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn

from carl_mm.deprecated import warn_deprecated
from carl_mm.functional.positions import sinusoidal_positions
from carl_mm.models.necks.temporal_layers import (
    PreNormLayer,
    check_channels,
    transformation_block,
)

POSITIONS = ('absolute', 'rotary', 'none')


@lru_cache(maxsize=8)
def cached_positions(
    length: int,
    channels: int,
    num_frames: int,
    dtype: torch.dtype,
    device: torch.device,
) -> Tensor:
    """Return `sinusoidal_positions`, cached, as every step asks for the same."""
    return sinusoidal_positions(
        length, channels, num_frames, dtype=dtype, device=device
    )


@MODELS.register_module()
class TemporalTransformer(BaseModule):
    """Transformation block, positions, Transformer encoder, linear (CARL, Fig. 3).

    Numerically the published network: no final LayerNorm, and a sequence of another
    length than ``num_frames`` gets positions spread evenly over 0 to num_frames - 1.

    Args:
        in_channels: Number of channels of a frame's spatial features, C.
        num_frames: Length of a training sequence, which the positions range over.
        hidden_channels: Width of the transformation block's two layers.
        embed_channels: Width of the encoder; a multiple of ``num_heads``.
        out_channels: Size of the embeddings, D.
        num_layers: Number of the encoder's layers.
        num_heads: Number of heads of the encoder's attention.
        feedforward_channels: Width inside the encoder's feed-forward networks.
        dropout: Share of the activations dropped in training, in [0, 1).
        position: How the encoder is told of time: 'absolute' (the paper's), 'rotary'
            (attention sees only the gaps between frames) or 'none'.
        frame_channels: Number of the D channels that see only their own frame: a
            linear map of what enters the encoder. The paper has 0; in [0, D).
        init_cfg: How mmengine's `BaseModule` initialises the weights.
        position_jitter: Deprecated: without effect, and warns if it is not 0.

    Raises:
        ValueError: ``position`` is unknown, or widths do not fit each other.
    """

    def __init__(
        self,
        in_channels: int,
        num_frames: int,
        hidden_channels: int = 512,
        embed_channels: int = 256,
        out_channels: int = 128,
        num_layers: int = 3,
        num_heads: int = 8,
        feedforward_channels: int = 1024,
        dropout: float = 0.1,
        position: str = 'absolute',
        frame_channels: int = 0,
        init_cfg: dict[str, Any] | None = None,
        position_jitter: float = 0.0,
    ) -> None:
        super().__init__(init_cfg)
        if position not in POSITIONS:
            raise ValueError(f'position must be one of {POSITIONS}, got {position!r}')
        if position_jitter:
            warn_deprecated(
                'position_jitter',
                'leave it out, it no longer has any effect (it did not help, see '
                'benchmarks/quality/quality.md)',
                FutureWarning,
            )
        if embed_channels % num_heads:
            raise ValueError(
                f'embed_channels {embed_channels} is no multiple of {num_heads} heads'
            )
        if not 0 <= frame_channels < out_channels:
            raise ValueError(
                f'frame_channels must be in [0, {out_channels}), got {frame_channels}'
            )
        self.in_channels = in_channels
        self.num_frames = num_frames
        self.position = position
        self.embed_channels = embed_channels
        self.reduce = transformation_block(
            in_channels, hidden_channels, embed_channels, dropout
        )
        self.position_dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList(
            PreNormLayer(embed_channels, num_heads, feedforward_channels, dropout)
            for _ in range(num_layers)
        )
        for weight in self.layers.parameters():
            if weight.dim() > 1:
                nn.init.xavier_uniform_(weight)
        self.to_out = nn.Linear(embed_channels, out_channels - frame_channels)
        self.frame_out = None
        if frame_channels:
            self.frame_out = nn.Linear(embed_channels, frame_channels)

    def forward(self, features: Tensor, valid: Tensor | None = None) -> Tensor:
        """Embed sequences of frames.

        Args:
            features: Spatial features of the frames, ``(B, T, C)``.
            valid: False on padding, which no frame attends to, ``(B, T)`` bool; by
                default all frames are real.

        Returns:
            Embeddings ``(B, T, D)``, not normalised.
        """
        check_channels(features, self.in_channels)
        batch, length = features.shape[:2]
        # BatchNorm sees padded frames too, as in the published code.
        x = torch.unflatten(self.reduce(features.flatten(0, 1)), 0, (batch, length))
        of_frame = None if self.frame_out is None else self.frame_out(x)
        if self.position == 'absolute':
            sizes = length, self.embed_channels, self.num_frames
            x = x + cached_positions(*sizes, x.dtype, x.device)
        x = self.position_dropout(x)
        mask = None if valid is None else valid[:, None, None, :]
        points = None
        if self.position == 'rotary':
            points = torch.linspace(0, 1, length, dtype=torch.float64)[None]
            points = points.to(x.device) * (self.num_frames - 1)
        for layer in self.layers:
            x = layer(x, mask, points)
        out: Tensor = self.to_out(x)
        return out if of_frame is None else torch.cat((out, of_frame), dim=2)
