"""The head of the methods that CARL is compared with: any loss of frames."""

from typing import Any

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn

from carl_mm.models.heads.sequence_contrastive import frame_share, normalized
from carl_mm.models.losses.frame_batch import FrameBatch


@MODELS.register_module()
class FramewiseLossHead(BaseModule):
    """An optional projection MLP and a loss of all frames of a batch.

    The loss is a module over a `FrameBatch`. It returns a scalar, the mean over the
    batch's valid frames; one that means over videos says so by an attribute
    ``per_video = True``, and is weighed so among processes. Where a loss leaves valid
    frames or videos out, that weighing is nearly right, not exactly.

    Args:
        loss: Config of the loss.
        in_channels: D, of the embeddings.
        projection_channels: Width of the two-layer projection MLP and of its result;
            None gives the loss the embeddings as they are.
        normalize: L2-normalise what the loss is given.
        init_cfg: Of mmengine's `BaseModule`.

    Raises:
        ValueError: ``projection_channels`` below 1.
    """

    def __init__(
        self,
        loss: Any,
        in_channels: int = 128,
        projection_channels: int | None = None,
        normalize: bool = False,
        init_cfg: Any = None,
    ) -> None:
        super().__init__(init_cfg)
        if projection_channels is not None and projection_channels < 1:
            raise ValueError(
                f'projection_channels must be None or >= 1, got {projection_channels}'
            )
        self.projection: nn.Module = nn.Identity()
        if projection_channels is not None:
            self.projection = nn.Sequential(
                nn.Linear(in_channels, projection_channels),
                nn.BatchNorm1d(projection_channels),
                nn.ReLU(),
                nn.Linear(projection_channels, projection_channels),
            )
        self.normalize = normalize
        self.loss_module = MODELS.build(loss)

    def loss(
        self,
        embedding: Tensor,
        frame_inds: Tensor,
        valid: Tensor,
        data_samples: Any,
    ) -> dict[str, Tensor]:
        """Project and hand all frames to the loss.

        Args:
            embedding: ``(B, V, T, D)``.
            frame_inds: ``(B, V, T)`` int64.
            valid: ``(B, V, T)`` bool.
            data_samples: One a video, with total_frames and perhaps its action.

        Returns:
            ``{'loss': scalar}``.

        Raises:
            ValueError: No samples, or one that does not tell its length.
        """
        lengths, actions = _lengths_and_actions(data_samples, len(embedding))
        batch_shape = embedding.shape[:3]
        latent = self.projection(embedding.flatten(0, 2)).unflatten(0, batch_shape)
        # In full precision also under autocast: distances are divided by 0.1.
        with torch.autocast(latent.device.type, enabled=False):
            latent = latent.float()
            if self.normalize:
                latent = F.normalize(latent, dim=-1)
            video_lengths = torch.tensor(lengths, device=latent.device)
            loss = self.loss_module(
                FrameBatch(latent, frame_inds, valid, video_lengths, actions)
            )
        per_video = getattr(self.loss_module, 'per_video', False)
        counted = valid.flatten(1).any(dim=1) if per_video else valid
        return {'loss': loss * frame_share(counted)}

    def predict(self, embedding: Tensor) -> Tensor:
        """Return ``(..., D)`` before the projection, L2-normalised, on the CPU."""
        return normalized(embedding)


def _lengths_and_actions(
    data_samples: Any, batch_size: int
) -> tuple[list[int], list[str | None]]:
    if data_samples is None or len(data_samples) != batch_size:
        given = 'none' if data_samples is None else str(len(data_samples))
        raise ValueError(f'{batch_size} videos need as many data_samples, got {given}')
    for sample in data_samples:
        if 'total_frames' not in sample:
            raise ValueError(
                f"{sample.get('filename')}: no total_frames; PackFramewiseInputs' "
                'meta_keys must hold it'
            )
    lengths = [int(sample.get('total_frames')) for sample in data_samples]
    return lengths, [sample.get('action') for sample in data_samples]
