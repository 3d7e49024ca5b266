"""What stands on a clip's feature: projection and NT-Xent, or one linear layer."""

from typing import Any

import torch
import torch.nn.functional as F
from mmaction.models import BaseHead
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from mmengine.model.weight_init import normal_init
from torch import Tensor, nn

from carl_mm.models.heads.sequence_contrastive import normalized


@MODELS.register_module()
class ClipContrastiveHead(BaseModule):
    """Projection MLP and a loss of two clips of each video (CVRL, section 3.1).

    Args:
        in_channels: C, of the clips' features.
        hidden_channels: Of the hidden layers, each linear, BatchNorm, ReLU.
        out_channels: Of the embeddings that the loss compares.
        num_hidden: Hidden layers.
        loss: Config of a loss over ``(B, 2, D)``; by default `NTXentLoss`.
        init_cfg: Of mmengine's `BaseModule`.
    """

    def __init__(
        self,
        in_channels: int = 2048,
        hidden_channels: int = 2048,
        out_channels: int = 128,
        num_hidden: int = 3,
        loss: Any = None,
        init_cfg: Any = None,
    ) -> None:
        super().__init__(init_cfg)
        layers: list[nn.Module] = []
        channels = in_channels
        for _ in range(num_hidden):
            layers += [
                nn.Linear(channels, hidden_channels),
                nn.BatchNorm1d(hidden_channels),
                nn.ReLU(),
            ]
            channels = hidden_channels
        self.projection = nn.Sequential(*layers, nn.Linear(channels, out_channels))
        self.loss_module = MODELS.build(loss or {'type': 'NTXentLoss'})

    def loss(self, feature: Tensor) -> dict[str, Tensor]:
        """Project, L2-normalise and compare.

        Args:
            feature: ``(B, 2, C)``, of the two clips of each video.

        Returns:
            ``{'loss': scalar}``.
        """
        latent = self.projection(feature.flatten(0, 1)).unflatten(0, (-1, 2))
        # In full precision also under autocast: similarities are divided by 0.1.
        with torch.autocast(latent.device.type, enabled=False):
            return {'loss': self.loss_module(F.normalize(latent.float(), dim=-1))}

    def predict(self, feature: Tensor) -> Tensor:
        """Return ``(..., C)`` before the projection, L2-normalised, on the CPU."""
        return normalized(feature)


@MODELS.register_module()
class ClipLinearHead(BaseHead):
    """One linear layer on the average of a clip's feature map.

    For mmaction2's `Recognizer3D`. Scores are float32 also under autocast, whose
    bfloat16 mmaction2's accuracy does not take.

    Args:
        num_classes: Of the linear layer.
        in_channels: C, of the backbone's feature maps.
        normalize: L2-normalise the average, as CVRL's linear evaluation does.
        dropout_ratio: Of the average's channels in training.
        topk: Accuracies logged while training.
        average_clips: Of a video's clips: 'prob', 'score' or None.
        init_cfg: Of mmengine's `BaseModule`.
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int = 2048,
        normalize: bool = True,
        dropout_ratio: float = 0.0,
        topk: tuple[int, ...] = (1, 5),
        average_clips: str | None = 'prob',
        init_cfg: Any = None,
    ) -> None:
        super().__init__(
            num_classes,
            in_channels,
            topk=topk,
            average_clips=average_clips,
            init_cfg=init_cfg,
        )
        self.normalize = normalize
        self.dropout = nn.Dropout(dropout_ratio)
        self.fc_cls = nn.Linear(in_channels, num_classes)

    def init_weights(self) -> None:
        """Start from small weights, as mmaction2's heads."""
        normal_init(self.fc_cls, std=0.01)

    def forward(self, maps: Tensor, **_: Any) -> Tensor:
        """Classify clips: maps ``(N, C, t, h, w)`` to scores ``(N, num_classes)``."""
        feature = maps.mean((2, 3, 4))
        if self.normalize:
            feature = F.normalize(feature.float(), dim=-1)
        return self.fc_cls(self.dropout(feature)).float()
