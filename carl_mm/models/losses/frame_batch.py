"""What a loss of a `FramewiseLossHead` is given."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class FrameBatch:
    """All frames of a batch, by video and view, or by view alone (`by_view`).

    Attributes:
        embedding: ``(B, V, T, D)`` float32; by view ``(B V, T, D)``.
        frame_inds: ``(B, V, T)`` int64, frames of the source videos.
        valid: ``(B, V, T)`` bool, False on padding.
        video_lengths: ``(B,)`` int64, frames of the source videos.
        actions: Names of the B videos, None where unknown.
    """

    embedding: Tensor
    frame_inds: Tensor
    valid: Tensor
    video_lengths: Tensor
    actions: Sequence[str | None]

    def by_view(self) -> 'FrameBatch':
        """Let each view count as a video of its own, its video's length and action."""
        views = self.embedding.shape[1]
        return FrameBatch(
            self.embedding.flatten(0, 1),
            self.frame_inds.flatten(0, 1),
            self.valid.flatten(0, 1),
            self.video_lengths.repeat_interleave(views),
            [action for action in self.actions for _ in range(views)],
        )

    @property
    def groups(self) -> Tensor:
        """A number for each video's action, ``(B,)`` int64; None is one of them."""
        names = list(dict.fromkeys(self.actions))
        numbers = [names.index(action) for action in self.actions]
        return torch.tensor(numbers, device=self.embedding.device)
