"""Projection and loss in training, normalised embeddings in testing."""

from typing import Any

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmengine import dist
from mmengine.model import BaseModule
from torch import Tensor, nn


@MODELS.register_module()
class SequenceContrastiveHead(BaseModule):
    """Two-layer projection MLP and a loss of two views (CARL, section 3.4).

    Args:
        in_channels: D, of the embeddings.
        hidden_channels: Of the MLP.
        out_channels: Of the latent embeddings that the loss compares.
        loss: Config of a loss over ``(embedding, frame_inds, valid)``; by default
            `SequenceContrastiveLoss`.
        init_cfg: Of mmengine's `BaseModule`.
    """

    def __init__(
        self,
        in_channels: int = 128,
        hidden_channels: int = 128,
        out_channels: int = 128,
        loss: Any = None,
        init_cfg: Any = None,
    ) -> None:
        super().__init__(init_cfg)
        self.projection = nn.Sequential(
            nn.Linear(in_channels, hidden_channels),
            nn.BatchNorm1d(hidden_channels),
            nn.ReLU(),
            nn.Linear(hidden_channels, out_channels),
        )
        self.loss_module = MODELS.build(loss or {'type': 'SequenceContrastiveLoss'})

    def loss(
        self,
        embedding: Tensor,
        frame_inds: Tensor,
        valid: Tensor,
        data_samples: Any = None,
    ) -> dict[str, Tensor]:
        """Project, L2-normalise and compare the views.

        Args:
            embedding: ``(B, V, T, D)``.
            frame_inds: ``(B, V, T)`` int64.
            valid: ``(B, V, T)`` bool.
            data_samples: Unused: no label enters.

        Returns:
            ``{'loss': scalar}``.
        """
        batch_shape = embedding.shape[:3]
        latent = self.projection(embedding.flatten(0, 2)).unflatten(0, batch_shape)
        # In full precision also under autocast: similarities are divided by 0.1.
        with torch.autocast(latent.device.type, enabled=False):
            latent = F.normalize(latent.float(), dim=-1)
            loss = self.loss_module(latent, frame_inds, valid)
        return {'loss': loss * frame_share(valid)}

    def predict(self, embedding: Tensor) -> Tensor:
        """Return ``(..., D)`` L2-normalised, float32, on the CPU."""
        return normalized(embedding)


def normalized(embedding: Tensor) -> Tensor:
    """Return ``(..., D)`` L2-normalised, float32, on the CPU."""
    return F.normalize(embedding.float(), dim=-1).cpu()


def frame_share(valid: Tensor) -> Tensor:
    """Return this process's valid frames over the mean of all processes.

    With it the gradients that DDP averages are those of one process with the whole
    batch, however the padding is spread over the processes.
    """
    local = valid.sum().float()
    mean = local.clone()
    dist.all_reduce(mean, 'mean')
    return local / mean.clamp(min=1e-6)  # no frame anywhere: 0
