"""SpeedNet: is a video played at its speed, or faster?"""

from mmaction.registry import MODELS
from torch import Tensor, nn

from carl_mm.functional.losses.speediness import speediness_loss
from carl_mm.models.losses.base import FramewiseLoss
from carl_mm.models.losses.frame_batch import FrameBatch


@MODELS.register_module()
class SpeedinessLoss(FramewiseLoss):
    """SpeedNet: normal or sped up, from the mean embedding over time.

    View 0 is at normal speed and view 1 sped up, as `TwoSpeedCrop` draws them.

    Args:
        in_channels: Size of the embeddings, D.
    """

    per_video = True

    def __init__(self, in_channels: int = 128) -> None:
        super().__init__()
        self.classifier = nn.Linear(in_channels, 1)

    def forward(self, batch: FrameBatch) -> Tensor:
        """Classify both views ``(B, 2, T, D)`` of every video; return a scalar."""
        return speediness_loss(batch.embedding, batch.valid, self.classifier)
