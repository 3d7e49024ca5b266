"""What every frame-wise loss is called with."""

from collections.abc import Sequence

import torch
from torch import Tensor


class FrameBatch:
    """All frames of a batch, by video and view.

    `by_view` gives the same frames with every view as a video of its own.

    Args:
        embedding: Embeddings of V views of B videos, ``(B, V, T, D)`` float32.
        frame_inds: Places of the frames in their source videos, ``(B, V, T)`` int64.
        valid: False on padding, ``(B, V, T)`` bool.
        video_lengths: Numbers of frames of the source videos, ``(B,)`` int64. Only a
            loss that asks for them needs them.
        actions: Names of the videos' actions, B strings, None where unknown.
    """

    def __init__(
        self,
        embedding: Tensor,
        frame_inds: Tensor,
        valid: Tensor,
        video_lengths: Tensor | None = None,
        actions: Sequence[str | None] | None = None,
    ) -> None:
        self.embedding = embedding
        self.frame_inds = frame_inds
        self.valid = valid
        self._video_lengths = video_lengths
        self.actions = [None] * len(embedding) if actions is None else list(actions)

    @property
    def video_lengths(self) -> Tensor:
        """Numbers of frames of the source videos, ``(B,)`` int64.

        Raises:
            ValueError: The batch was made without them.
        """
        if self._video_lengths is None:
            raise ValueError(
                'this loss needs the length of every video: each of the data_samples '
                "must have total_frames; add it to PackFramewiseInputs' meta_keys"
            )
        return self._video_lengths

    @property
    def groups(self) -> Tensor:
        """A number for each video's action, ``(B,)`` int64, on the CPU.

        None counts as one action. The losses form their pairs there, so as not to wait
        for the device.
        """
        names = list(dict.fromkeys(self.actions))
        return torch.tensor([names.index(action) for action in self.actions])

    def by_view(self) -> 'FrameBatch':
        """Return the ``(B V, T, D)`` views, each with its video's length and action."""
        views = self.embedding.shape[1]
        lengths = self._video_lengths
        return FrameBatch(
            self.embedding.flatten(0, 1),
            self.frame_inds.flatten(0, 1),
            self.valid.flatten(0, 1),
            None if lengths is None else lengths.repeat_interleave(views),
            [action for action in self.actions for _ in range(views)],
        )
