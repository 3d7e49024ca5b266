"""What every head of a `FramewiseRecognizer` has."""

from collections.abc import Sequence

import torch.nn.functional as F
from mmaction.structures import ActionDataSample
from mmengine import dist
from mmengine.model import BaseModule
from torch import Tensor


class FramewiseHead(BaseModule):
    """Base class of the heads of a `FramewiseRecognizer`.

    A subclass defines `loss`; the rest has defaults.

    Args:
        init_cfg: How mmengine's `BaseModule` initialises the weights.
    """

    def loss(
        self,
        embedding: Tensor,
        frame_inds: Tensor,
        valid: Tensor,
        data_samples: Sequence[ActionDataSample] | None = None,
    ) -> dict[str, Tensor]:
        """Compute the losses of a batch.

        Args:
            embedding: Embeddings of V views of B videos, ``(B, V, T, D)``.
            frame_inds: Places of the frames in their source videos, ``(B, V, T)``
                int64.
            valid: False on padding, ``(B, V, T)`` bool.
            data_samples: What is known of each video, for heads that ask for it.

        Returns:
            Each loss by its name, scalars.
        """
        raise NotImplementedError

    def predict(self, embedding: Tensor) -> Tensor:
        """Return the embedding ``(..., D)`` L2-normalised, float32, on the CPU."""
        return normalized(embedding)

    def classify(self, embedding: Tensor) -> Tensor | None:
        """Return the class of each frame, if the head tells classes.

        Args:
            embedding: Embeddings of a video's frames, ``(T, D)``.

        Returns:
            ``(T,)`` int64 on the CPU, or None.
        """
        return None


def check_head(head: object) -> None:
    """Raise TypeError where a head is not a `FramewiseHead`."""
    if not isinstance(head, FramewiseHead):
        raise TypeError(
            f'{type(head).__name__} is not a frame-wise head: derive it from '
            'carl_mm.models.FramewiseHead'
        )


def check_samples(data_samples: Sequence[ActionDataSample], num_videos: int) -> None:
    """Raise ValueError where there is not one sample for each video."""
    if len(data_samples) != num_videos:
        raise ValueError(
            f'{num_videos} videos need as many data_samples, got {len(data_samples)}'
        )


def normalized(embedding: Tensor) -> Tensor:
    """Return ``(..., D)`` L2-normalised, float32, on the CPU."""
    return F.normalize(embedding.float(), dim=-1).cpu()


def frame_share(valid: Tensor) -> Tensor:
    """Return this process's number of valid frames over the mean of all processes.

    Weighed by it, the gradients that DDP averages are those of one process with the
    whole batch, however the padding is spread over the processes.

    Args:
        valid: True on a real frame, bool of any shape.

    Returns:
        Scalar, at least 0.
    """
    local = valid.sum().float()
    mean = local.clone()
    dist.all_reduce(mean, 'mean')
    return local / mean.clamp(min=1e-6)  # no frame anywhere: 0
