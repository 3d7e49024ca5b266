"""The head of CARL: the shared head with the paper's projection and loss."""

from typing import Any

from mmaction.registry import MODELS

from carl_mm.models.heads.framewise import FramewiseLossHead


@MODELS.register_module()
class SequenceContrastiveHead(FramewiseLossHead):
    """`FramewiseLossHead` with CARL's defaults (section 3.4).

    A two-layer projection MLP, L2-normalisation and the sequence contrastive loss.

    Args:
        in_channels: Size of the embeddings, D.
        hidden_channels: Width of the MLP's hidden layer.
        out_channels: Size of the embeddings that the loss compares.
        loss: Config of a `FramewiseLoss`; by default `SequenceContrastiveLoss`.
        init_cfg: How mmengine's `BaseModule` initialises the weights.
    """

    def __init__(
        self,
        in_channels: int = 128,
        hidden_channels: int = 128,
        out_channels: int = 128,
        loss: dict[str, Any] | None = None,
        init_cfg: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(
            loss or {'type': 'SequenceContrastiveLoss'},
            in_channels,
            projection_channels=out_channels,
            normalize=True,
            init_cfg=init_cfg,
            hidden_channels=hidden_channels,
        )
