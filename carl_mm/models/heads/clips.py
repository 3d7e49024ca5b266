"""What stands on a clip's feature: projection and NT-Xent, or one linear layer."""

from typing import Any

import torch
import torch.nn.functional as F
from mmaction.models import BaseHead
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from mmengine.model.weight_init import normal_init
from torch import Tensor, nn

from carl_mm.models.heads.base import normalized


@MODELS.register_module()
class ClipContrastiveHead(BaseModule):
    """Projection MLP and a loss of two clips of each video (CVRL, section 3.1).

    Args:
        in_channels: Size of the clips' features, C.
        hidden_channels: Width of the hidden layers, each linear, BatchNorm, ReLU.
        out_channels: Size of the embeddings that the loss compares.
        num_hidden: Number of hidden layers.
        loss: Config of a loss over ``(B, 2, D)``; by default `NTXentLoss`.
        init_cfg: How mmengine's `BaseModule` initialises the weights.
    """

    def __init__(
        self,
        in_channels: int = 2048,
        hidden_channels: int = 2048,
        out_channels: int = 128,
        num_hidden: int = 3,
        loss: dict[str, Any] | None = None,
        init_cfg: dict[str, Any] | None = None,
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
        self.loss_module: nn.Module = MODELS.build(loss or {'type': 'NTXentLoss'})

    def loss(self, feature: Tensor) -> dict[str, Tensor]:
        """Project, L2-normalise and compare.

        Args:
            feature: Features of the two clips of each video, ``(B, 2, C)``.

        Returns:
            ``{'loss': scalar}``.
        """
        latent: Tensor = self.projection(feature.flatten(0, 1))
        # In full precision also under autocast: similarities are divided by 0.1.
        with torch.autocast(latent.device.type, enabled=False):
            latent = F.normalize(torch.unflatten(latent, 0, (-1, 2)).float(), dim=-1)
            return {'loss': self.loss_module(latent)}

    def predict(self, feature: Tensor) -> Tensor:
        """Return ``(..., C)`` before the projection, L2-normalised, on the CPU."""
        return normalized(feature)


@MODELS.register_module()
class ClipLinearHead(BaseHead):
    """One linear layer on the average of a clip's feature map.

    For mmaction2's `Recognizer3D`. Scores are float32 also under autocast, as
    mmaction2's accuracy does not take bfloat16.

    Args:
        num_classes: Number of classes.
        in_channels: Number of channels of the backbone's feature maps, C.
        normalize: Whether the average is L2-normalised, as in CVRL's linear
            evaluation.
        dropout_ratio: Share of the average's channels dropped in training.
        topk: The k of the top-k accuracies that are logged while training.
        average_clips: What is averaged over a video's clips: 'prob', 'score' or None.
        init_cfg: How mmengine's `BaseModule` initialises the weights.
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int = 2048,
        normalize: bool = True,
        dropout_ratio: float = 0.0,
        topk: tuple[int, ...] = (1, 5),
        average_clips: str | None = 'prob',
        init_cfg: dict[str, Any] | None = None,
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
        """Start from small weights, as mmaction2's heads do."""
        normal_init(self.fc_cls, std=0.01)

    def forward(self, maps: Tensor, **_: Any) -> Tensor:
        """Classify clips.

        Args:
            maps: Feature maps of the clips, ``(N, C, t, h, w)``.

        Returns:
            Scores ``(N, num_classes)``, float32.
        """
        feature = maps.mean((2, 3, 4))
        if self.normalize:
            feature = F.normalize(feature.float(), dim=-1)
        scores: Tensor = self.fc_cls(self.dropout(feature))
        return scores.float()
