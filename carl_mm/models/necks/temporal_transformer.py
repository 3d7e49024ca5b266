"""The paper's temporal network: what turns frames' features into embeddings."""

from functools import lru_cache
from typing import Any

import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn

from carl_mm.functional import (
    draw_spans,
    sinusoidal_code,
    sinusoidal_positions,
)
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
    """Return `sinusoidal_positions`, kept: every step asks for the same."""
    return sinusoidal_positions(
        length, channels, num_frames, dtype=dtype, device=device
    )


@MODELS.register_module()
class TemporalTransformer(BaseModule):
    """Transformation block, positions, Transformer encoder, linear (CARL, Fig. 3).

    Numerically the published network: no final LayerNorm, and a sequence of another
    length than ``num_frames`` gets positions spread evenly over 0 to num_frames - 1.

    Args:
        in_channels: Of a frame's spatial features.
        num_frames: T of training, the range of the positions.
        hidden_channels: Width of the transformation block's two layers.
        embed_channels: Width of the encoder; a multiple of ``num_heads``.
        out_channels: D, of the embeddings.
        num_layers: Of the encoder.
        num_heads: Of its attention.
        feedforward_channels: Inside its feed-forward.
        dropout: Everywhere, in [0, 1).
        position: 'absolute' (the paper's), 'rotary' (attention knows gaps of time
            alone) or 'none'.
        position_jitter: In training a sequence's positions span a random part of
            their range, of length 1 - position_jitter to 1, so that a position no
            longer tells the relative time (the paper: 0); in [0, 1).
        frame_channels: Of the D channels, those that see their own frame alone: a
            linear map of what enters the encoder, beside the encoder's (the paper:
            0); in [0, D).
        init_cfg: Of mmengine's `BaseModule`.

    Raises:
        ValueError: Unknown ``position``, or widths that do not fit.
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
        position_jitter: float = 0.0,
        frame_channels: int = 0,
        init_cfg: Any = None,
    ) -> None:
        super().__init__(init_cfg)
        if position not in POSITIONS:
            raise ValueError(f'position must be one of {POSITIONS}, got {position!r}')
        if not 0 <= position_jitter < 1:
            raise ValueError(
                f'position_jitter must be in [0, 1), got {position_jitter}'
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
        self.position_jitter = position_jitter
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
            features: ``(B, T, C)``.
            valid: ``(B, T)`` bool; False keeps a padded frame from being attended to.

        Returns:
            ``(B, T, D)``, not normalised.
        """
        check_channels(features, self.in_channels)
        batch, length = features.shape[:2]
        # BatchNorm sees padded frames too, as in the published code.
        x = self.reduce(features.flatten(0, 1)).unflatten(0, (batch, length))
        of_frame = None if self.frame_out is None else self.frame_out(x)
        if self.position == 'absolute':
            x = x + self._code(batch, length, x)
        x = self.position_dropout(x)
        mask = None if valid is None else valid[:, None, None, :]
        points = None
        if self.position == 'rotary':
            points = self._points(batch, length).to(x.device)
        for layer in self.layers:
            x = layer(x, mask, points)
        out = self.to_out(x)
        return out if of_frame is None else torch.cat((out, of_frame), dim=2)

    def _code(self, batch: int, length: int, x: Tensor) -> Tensor:
        """Absolute positions ``(B, T, C)`` or ``(1, T, C)``, as x."""
        if self.training and self.position_jitter:
            points = self._points(batch, length)
            return sinusoidal_code(points, self.embed_channels).to(x)
        sizes = length, self.embed_channels, self.num_frames
        return cached_positions(*sizes, x.dtype, x.device)[None]

    def _points(self, batch: int, length: int) -> Tensor:
        """Positions ``(B, T)`` or ``(1, T)`` float64, in [0, num_frames - 1]."""
        points = torch.linspace(0, 1, length, dtype=torch.float64)[None]
        if self.training and self.position_jitter:
            start, end = draw_spans(batch, self.position_jitter).unsqueeze(2).unbind(1)
            points = start + (end - start) * points
        return points * (self.num_frames - 1)
