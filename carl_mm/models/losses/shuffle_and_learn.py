"""Shuffle and Learn (SaL): are three frames in order?"""

from collections.abc import Sequence

from mmaction.registry import MODELS
from torch import Tensor, nn

from carl_mm.functional.losses.shuffle_and_learn import (
    draw_triplets,
    shuffle_and_learn_loss,
)
from carl_mm.models.losses.base import FramewiseLoss
from carl_mm.models.losses.frame_batch import FrameBatch


@MODELS.register_module()
class ShuffleAndLearnLoss(FramewiseLoss):
    """Shuffle and Learn (SaL), with the settings of TCC's code.

    Args:
        in_channels: Size of the embeddings, D.
        hidden_channels: Widths of the classifier's hidden layers.
        num_triplets: Number of triplets drawn per video.
        shuffled_share: Share of the triplets that are out of order, in [0, 1].

    Raises:
        ValueError: An argument is out of its range.
    """

    per_video = True

    def __init__(
        self,
        in_channels: int = 128,
        hidden_channels: Sequence[int] = (128, 64),
        num_triplets: int = 8,
        shuffled_share: float = 0.75,
    ) -> None:
        super().__init__()
        if num_triplets < 1 or not 0 <= shuffled_share <= 1:
            raise ValueError(
                'num_triplets must be >= 1 and shuffled_share in [0, 1], got '
                f'{num_triplets} and {shuffled_share}'
            )
        self.num_triplets = num_triplets
        self.shuffled_share = shuffled_share
        layers: list[nn.Module] = []
        channels = 3 * in_channels
        for width in hidden_channels:
            layers += [nn.Linear(channels, width), nn.ReLU()]
            channels = width
        self.classifier = nn.Sequential(*layers, nn.Linear(channels, 2))

    def forward(self, batch: FrameBatch) -> Tensor:
        """Classify triplets of the videos that have five valid frames.

        Raises:
            ValueError: No video has five valid frames, as far as that is known.
        """
        views = batch.by_view()
        triplets, shuffled = draw_triplets(
            views.valid, self.num_triplets, shuffled_share=self.shuffled_share
        )
        return shuffle_and_learn_loss(
            views.embedding, views.valid, triplets, shuffled, self.classifier
        )
