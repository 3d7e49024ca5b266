"""The head that all frame-wise methods share: any loss of frames."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from torch import Tensor, nn

from carl_mm.models.heads.base import FramewiseHead, check_samples, frame_share
from carl_mm.models.losses.base import FramewiseLoss
from carl_mm.models.losses.frame_batch import FrameBatch


@MODELS.register_module()
class FramewiseLossHead(FramewiseHead):
    """An optional projection MLP and a loss of all frames of a batch.

    Args:
        loss: Config of a `FramewiseLoss`.
        in_channels: Size of the embeddings, D.
        projection_channels: Size of the embeddings after a two-layer MLP, by which the
            loss compares frames. Without it the loss gets the embeddings themselves.
        normalize: Whether the embeddings are L2-normalised for the loss.
        init_cfg: How mmengine's `BaseModule` initialises the weights.
        hidden_channels: Width of the MLP's hidden layer; by default
            ``projection_channels``.

    Raises:
        TypeError: The loss is not a `FramewiseLoss`.
        ValueError: A width is below 1, or ``hidden_channels`` is given alone.
    """

    def __init__(
        self,
        loss: dict[str, Any],
        in_channels: int = 128,
        projection_channels: int | None = None,
        normalize: bool = False,
        init_cfg: dict[str, Any] | None = None,
        hidden_channels: int | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.projection: nn.Module = nn.Identity()
        if projection_channels is None:
            if hidden_channels is not None:
                raise ValueError(
                    f'hidden_channels is {hidden_channels}, but without '
                    'projection_channels there is no hidden layer'
                )
        else:
            if hidden_channels is None:
                hidden_channels = projection_channels
            self.projection = _projection(
                in_channels, hidden_channels, projection_channels
            )
        self.normalize = normalize
        self.loss_module = _framewise_loss(loss)

    def loss(
        self,
        embedding: Tensor,
        frame_inds: Tensor,
        valid: Tensor,
        data_samples: Sequence[ActionDataSample] | None = None,
    ) -> dict[str, Tensor]:
        """Project the embeddings and hand all frames to the loss.

        Arguments and result are those of `FramewiseHead.loss`. ``data_samples`` tell
        total_frames and perhaps the action; a loss of single videos needs none.

        Raises:
            ValueError: There are more or fewer samples than videos.
        """
        lengths, actions = _lengths_and_actions(data_samples, embedding)
        batch_shape = embedding.shape[:3]
        latent = self.projection(embedding.flatten(0, 2))
        latent = torch.unflatten(latent, 0, batch_shape)
        # In full precision also under autocast: similarities are divided by 0.1.
        with torch.autocast(latent.device.type, enabled=False):
            latent = latent.float()
            if self.normalize:
                latent = F.normalize(latent, dim=-1)
            loss = self.loss_module(
                FrameBatch(latent, frame_inds, valid, lengths, actions)
            )
        counted = valid.flatten(1).any(dim=1) if self.loss_module.per_video else valid
        return {'loss': loss * frame_share(counted)}


def _projection(in_channels: int, hidden: int, out_channels: int) -> nn.Sequential:
    if hidden < 1 or out_channels < 1:
        raise ValueError(
            'projection_channels and hidden_channels must be at least 1, got '
            f'{out_channels} and {hidden}'
        )
    return nn.Sequential(
        nn.Linear(in_channels, hidden),
        nn.BatchNorm1d(hidden),
        nn.ReLU(),
        nn.Linear(hidden, out_channels),
    )


def _framewise_loss(config: dict[str, Any]) -> FramewiseLoss:
    loss = MODELS.build(config)
    if not isinstance(loss, FramewiseLoss):
        raise TypeError(
            f'{type(loss).__name__} is not a frame-wise loss: derive it from '
            'carl_mm.models.FramewiseLoss and let forward take a FrameBatch'
        )
    return loss


def _lengths_and_actions(
    data_samples: Sequence[ActionDataSample] | None, embedding: Tensor
) -> tuple[Tensor | None, list[str | None] | None]:
    """Return what the samples tell of the videos, None where they do not."""
    if data_samples is None:
        return None, None
    check_samples(data_samples, len(embedding))
    lengths = [sample.get('total_frames') for sample in data_samples]
    known = None not in lengths
    return (
        torch.tensor(lengths).to(embedding.device, non_blocking=True)
        if known
        else None,
        [sample.get('action') for sample in data_samples],
    )
