"""The paper's temporal network: what turns frames' features into embeddings."""

from typing import Any

import torch.nn.functional as F
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn

from carl_mm.functional import sinusoidal_positions


def transformation_block(
    in_channels: int, hidden_channels: int, out_channels: int, dropout: float
) -> nn.Sequential:
    """Return the paper's block over frames ``(N, in)`` to ``(N, out)``.

    Two hidden layers, each Dropout, Linear, BatchNorm, ReLU; then a Linear.
    """
    layers: list[nn.Module] = []
    for channels in (in_channels, hidden_channels):
        linear = nn.Linear(channels, hidden_channels)
        norm = nn.BatchNorm1d(hidden_channels)
        layers += [nn.Dropout(dropout), linear, norm, nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(hidden_channels, out_channels))


def check_channels(features: Tensor, in_channels: int) -> None:
    """Raise ValueError where ``(B, T, C)`` features do not fit a neck."""
    if features.shape[2] != in_channels:
        raise ValueError(
            f'the backbone gives {features.shape[2]} channels, neck.in_channels is '
            f'{in_channels}'
        )


class PreNormLayer(nn.Module):
    """Pre-LayerNorm Transformer layer with dropout on its residual branches alone.

    Args:
        channels: Width.
        num_heads: Of the attention; divides ``channels``.
        feedforward_channels: Width inside the feed-forward.
        dropout: On each residual branch.
    """

    def __init__(
        self, channels: int, num_heads: int, feedforward_channels: int, dropout: float
    ) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.attention_norm = nn.LayerNorm(channels)
        self.query = nn.Linear(channels, channels)
        self.key = nn.Linear(channels, channels)
        self.value = nn.Linear(channels, channels)
        self.project = nn.Linear(channels, channels)
        self.feedforward_norm = nn.LayerNorm(channels)
        self.expand = nn.Linear(channels, feedforward_channels)
        self.contract = nn.Linear(feedforward_channels, channels)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, key_mask: Tensor | None) -> Tensor:
        """Attend and transform.

        Args:
            x: ``(B, T, C)``.
            key_mask: ``(B, 1, 1, T)`` bool, True where a frame may be attended to.

        Returns:
            ``(B, T, C)``.
        """
        x = x + self.dropout(self.attend(self.attention_norm(x), key_mask))
        hidden = F.relu(self.expand(self.feedforward_norm(x)))
        return x + self.dropout(self.contract(hidden))

    def attend(self, x: Tensor, key_mask: Tensor | None) -> Tensor:
        """Multi-head attention, ``(B, T, C)`` to the same."""
        query, key, value = (
            linear(x).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)
            for linear in (self.query, self.key, self.value)
        )
        out = F.scaled_dot_product_attention(query, key, value, attn_mask=key_mask)
        return self.project(out.transpose(1, 2).flatten(2))


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
        position: 'absolute' or 'none'.
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
        init_cfg: Any = None,
    ) -> None:
        super().__init__(init_cfg)
        if position not in ('absolute', 'none'):
            raise ValueError(f"position must be 'absolute' or 'none', got {position!r}")
        if embed_channels % num_heads:
            raise ValueError(
                f'embed_channels {embed_channels} is no multiple of {num_heads} heads'
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
        self.to_out = nn.Linear(embed_channels, out_channels)

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
        if self.position == 'absolute':
            positions = sinusoidal_positions(
                length, self.embed_channels, self.num_frames
            )
            x = x + positions.to(x)
        x = self.position_dropout(x)
        mask = None if valid is None else valid[:, None, None, :]
        for layer in self.layers:
            x = layer(x, mask)
        return self.to_out(x)
