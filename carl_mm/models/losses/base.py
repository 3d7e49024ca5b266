"""The base class of all losses that compare frames."""

from torch import Tensor, nn

from carl_mm.models.losses.frame_batch import FrameBatch


class FramewiseLoss(nn.Module):
    """A loss of the frames of a batch, for a `FramewiseLossHead`.

    A subclass defines ``forward``, the one way to call a loss::

        @MODELS.register_module()
        class MyLoss(FramewiseLoss):
            def forward(self, batch: FrameBatch) -> Tensor:
                return my_loss(batch.embedding, batch.valid)

    Attributes:
        per_video: Whether the loss is a mean over the videos of a batch instead of
            over its valid frames. The head weighs several processes by the one or the
            other, so that their gradients are those of one process with the whole
            batch; nearly so where a loss leaves valid frames or videos out.
    """

    per_video: bool = False

    def forward(self, batch: FrameBatch) -> Tensor:
        """Compute the loss of a batch, a scalar."""
        raise NotImplementedError
