"""Learning from frame labels: the supervised network of the paper's Table 11."""

from typing import Any

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn

from carl_mm.models.heads.sequence_contrastive import frame_share, normalized


@MODELS.register_module()
class FramewiseClassificationHead(BaseModule):
    """A linear classifier of frames and its cross-entropy.

    The train dataset must give labels: ``with_labels=True``. Frames without a label
    and padding take no part.

    Args:
        num_classes: C.
        in_channels: D, of the embeddings.
        init_cfg: Of mmengine's `BaseModule`.
    """

    def __init__(
        self, num_classes: int, in_channels: int = 128, init_cfg: Any = None
    ) -> None:
        super().__init__(init_cfg)
        self.num_classes = num_classes
        self.classifier = nn.Linear(in_channels, num_classes)

    def loss(
        self,
        embedding: Tensor,
        frame_inds: Tensor,
        valid: Tensor,
        data_samples: Any,
    ) -> dict[str, Tensor]:
        """Classify the labelled frames of all views.

        Args:
            embedding: ``(B, V, T, D)``.
            frame_inds: ``(B, V, T)`` int64.
            valid: ``(B, V, T)`` bool.
            data_samples: One a video, with gt_label ``(S,)`` int64 of all its frames,
                -1 where unlabelled.

        Returns:
            ``{'loss': scalar}``; 0 where no frame has a label.

        Raises:
            ValueError: A sample without labels, or a label that is not below C.
        """
        labels = torch.stack(
            [
                self._video_labels(sample).to(frame_inds.device)[inds]
                for sample, inds in zip(data_samples, frame_inds, strict=True)
            ]
        )
        known = valid & (labels >= 0)
        scores = self.classifier(embedding)[known].float()
        total = F.cross_entropy(scores, labels[known], reduction='sum')
        return {'loss': total / known.sum().clamp(min=1) * frame_share(known)}

    def _video_labels(self, sample: Any) -> Tensor:
        name = sample.get('filename')
        if 'gt_label' not in sample:
            raise ValueError(f'{name}: no labels; set with_labels=True in its dataset')
        labels = sample.gt_label
        if labels.numel() and int(labels.max()) >= self.num_classes:
            raise ValueError(
                f'{name}: label {int(labels.max())} is not below num_classes '
                f'{self.num_classes}'
            )
        return labels

    def classify(self, embedding: Tensor) -> Tensor:
        """Return the class of each frame: ``(T, D)`` to ``(T,)`` int64, on the CPU."""
        return self.classifier(embedding).argmax(dim=-1).cpu()

    def predict(self, embedding: Tensor) -> Tensor:
        """Return ``(..., D)`` L2-normalised, float32, on the CPU."""
        return normalized(embedding)
