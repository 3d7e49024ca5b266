"""Parts of the temporal networks."""

import torch.nn.functional as F
from torch import Tensor, nn

from carl_mm.functional.positions import rotate


def transformation_block(
    in_channels: int, hidden_channels: int, out_channels: int, dropout: float
) -> nn.Sequential:
    """Return the paper's transformation block, ``(N, in)`` frames to ``(N, out)``.

    It has two hidden layers, each Dropout, Linear, BatchNorm, ReLU, and then a Linear.
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
        channels: Width of the layer, C.
        num_heads: Number of heads of the attention; divides ``channels``.
        feedforward_channels: Width inside the feed-forward network.
        dropout: Share of the activations dropped on each residual branch.
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

    def forward(
        self, x: Tensor, key_mask: Tensor | None, points: Tensor | None = None
    ) -> Tensor:
        """Attend to all frames, then transform each.

        Args:
            x: Sequences of frames, ``(B, T, C)``.
            key_mask: True where a frame may be attended to, ``(B, 1, 1, T)`` bool; by
                default everywhere.
            points: Points in time for rotary positions, ``(B, T)`` or ``(1, T)``
                float64; without them attention knows no time.

        Returns:
            ``(B, T, C)``.
        """
        x = x + self.dropout(self.attend(self.attention_norm(x), key_mask, points))
        hidden = F.relu(self.expand(self.feedforward_norm(x)))
        out: Tensor = x + self.dropout(self.contract(hidden))
        return out

    def attend(
        self, x: Tensor, key_mask: Tensor | None, points: Tensor | None = None
    ) -> Tensor:
        """Apply multi-head attention; shapes are those of `forward`."""
        query, key, value = (
            linear(x).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)
            for linear in (self.query, self.key, self.value)
        )
        if points is not None:
            query, key = (rotate(part, points[:, None]) for part in (query, key))
        out = F.scaled_dot_product_attention(query, key, value, attn_mask=key_mask)
        projected: Tensor = self.project(out.transpose(1, 2).flatten(2))
        return projected
