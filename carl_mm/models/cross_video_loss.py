"""Sequence contrast within videos, and along alignments between them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import torch
from mmaction.registry import MODELS
from torch import Tensor

from carl_mm.functional.aligned_pairs import aligned_contrastive_loss
from carl_mm.models.losses import SequenceContrastiveLoss


@MODELS.register_module()
class AlignedSequenceContrastiveLoss(SequenceContrastiveLoss):
    """`SequenceContrastiveLoss` and `aligned_contrastive_loss` of pairs of videos.

    Videos of one action, or all where none is known, should show one process. Loss of
    a `FramewiseLossHead` with ``normalize=True``.

    Args:
        cross_weight: Of the loss between videos, >= 0.
        gamma: Softness of their alignment.
        options: Of `SequenceContrastiveLoss`.
    """

    def __init__(
        self, cross_weight: float = 1.0, gamma: float = 0.1, **options: Any
    ) -> None:
        super().__init__(**options)
        if cross_weight < 0 or gamma <= 0:
            raise ValueError(
                'cross_weight must not be negative and gamma positive, got '
                f'{cross_weight} and {gamma}'
            )
        self.cross_weight = cross_weight
        self.gamma = gamma

    def forward(
        self,
        embedding: Tensor,
        frame_inds: Tensor,
        valid: Tensor,
        video_lengths: Tensor | None = None,
        actions: Sequence[str | None] = (),
    ) -> Tensor:
        """Compare the views of every video, and each video with another one.

        Args:
            embedding: ``(B, 2, T, D)``, L2-normalised.
            frame_inds: ``(B, 2, T)``, frames of the source video.
            valid: ``(B, 2, T)`` bool.
            video_lengths: Unused.
            actions: B names, None where unknown.

        Returns:
            Scalar.
        """
        loss = super().forward(embedding, frame_inds, valid)
        first, second = pairs_of_one_action(actions)
        if not first or not self.cross_weight:
            return loss
        a, b = torch.tensor([first, second], device=embedding.device)
        cross = aligned_contrastive_loss(
            embedding[a, 0],
            embedding[b, 1],
            valid[a, 0],
            valid[b, 1],
            temperature=self.temperature,
            gamma=self.gamma,
        )
        return loss + self.cross_weight * cross


def pairs_of_one_action(
    actions: Sequence[str | None],
) -> tuple[list[int], list[int]]:
    """Pair each video with the next one of its action, the last with the first.

    Returns:
        Indices of the first and of the second videos; none of an action with one
        video.
    """
    groups: dict[str | None, list[int]] = defaultdict(list)
    for index, action in enumerate(actions):
        groups[action].append(index)
    first, second = [], []
    for group in groups.values():
        if len(group) > 1:
            first += group
            second += [*group[1:], group[0]]
    return first, second
