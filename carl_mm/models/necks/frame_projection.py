"""No temporal network: what each frame shows by itself."""

from typing import Any

from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor

from carl_mm.functional.frame_features import MAX_CHANNELS, project
from carl_mm.models.necks.temporal_layers import check_channels


@MODELS.register_module()
class FrameProjection(BaseModule):
    """A fixed random projection of each frame's features: nothing is learnt.

    With ``feature_parts`` in the recognizer it gives the features alone, centred by
    video, which are a starting point before any training, and what training has to
    surpass (`carl_mm.functional.frame_features`).

    Args:
        in_channels: Number of channels of a frame's spatial features, C.
        init_cfg: Unused; mmengine's `BaseModule` has it.
    """

    def __init__(
        self, in_channels: int, init_cfg: dict[str, Any] | None = None
    ) -> None:
        super().__init__(init_cfg)
        self.in_channels = in_channels
        self.out_channels = min(in_channels, MAX_CHANNELS)

    def forward(self, features: Tensor, valid: Tensor | None = None) -> Tensor:
        """Project ``(B, T, C)`` features to ``(B, T, min(C, 128))``, float32.

        ``valid`` plays no part.
        """
        check_channels(features, self.in_channels)
        return project(features)
