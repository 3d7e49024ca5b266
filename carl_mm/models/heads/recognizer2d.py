"""Our heads in the head's place of mmaction2's `Recognizer2D`."""

from collections.abc import Sequence
from typing import Any

from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.model import BaseModule
from torch import Tensor

from carl_mm.models.heads.base import check_head
from carl_mm.models.necks.recognizer2d import views_of


@MODELS.register_module()
class Recognizer2DHead(BaseModule):
    """A head of ours, such as `SequenceContrastiveHead`, for a `Recognizer2D`.

    Args:
        head: Config of a `FramewiseHead`.
        init_cfg: How mmengine's `BaseModule` initialises the weights.

    Raises:
        TypeError: The head is not a `FramewiseHead`.
    """

    def __init__(
        self, head: dict[str, Any], init_cfg: dict[str, Any] | None = None
    ) -> None:
        super().__init__(init_cfg)
        self.head = MODELS.build(head)
        check_head(self.head)

    def forward(self, embedding: Tensor, **kwargs: Any) -> Tensor:
        """Return the embeddings ``(B, V, T, D)`` as they are."""
        return embedding

    def loss(
        self,
        embedding: Tensor,
        data_samples: Sequence[ActionDataSample],
        **kwargs: Any,
    ) -> dict[str, Tensor]:
        """Compute the losses of a batch.

        Args:
            embedding: What `Recognizer2DNeck` returns, ``(B, V, T, D)``.
            data_samples: Samples with view_inds and valid, see `views_of`.
            kwargs: What else `Recognizer2D` tells its heads; unused.

        Returns:
            Each loss by its name, scalars.
        """
        frame_inds, valid = views_of(data_samples, embedding.device)
        embedding = embedding.reshape(*valid.shape, embedding.shape[-1])
        losses: dict[str, Tensor]
        losses = self.head.loss(embedding, frame_inds, valid, data_samples)
        return losses

    def predict(
        self,
        embedding: Tensor,
        data_samples: Sequence[ActionDataSample],
        **kwargs: Any,
    ) -> Sequence[ActionDataSample]:
        """Write the embeddings to the samples, as our metrics read them.

        Args:
            embedding: What `Recognizer2DNeck` returns, ``(B, 1, T, D)``.
            data_samples: Samples of the videos.
            kwargs: What else `Recognizer2D` tells its heads; unused.

        Returns:
            The samples, with pred_embedding ``(T, D)`` float32 on the CPU.
        """
        for sample, frames in zip(data_samples, embedding, strict=True):
            flat = frames.reshape(-1, frames.shape[-1])
            sample.set_field(self.head.predict(flat), 'pred_embedding')
        return data_samples
