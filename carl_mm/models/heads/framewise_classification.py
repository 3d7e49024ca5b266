"""Learning from frame labels: the supervised network of the paper's Table 11."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from torch import Tensor, nn

from carl_mm.models.heads.base import FramewiseHead, check_samples, frame_share

IGNORED = -100  # in place of a label


@MODELS.register_module()
class FramewiseClassificationHead(FramewiseHead):
    """A linear classifier of frames and its cross-entropy.

    The train dataset must give labels: ``with_labels=True``. Frames without a label
    and padding take no part.

    Args:
        num_classes: Number of classes, C.
        in_channels: Size of the embeddings, D.
        init_cfg: How mmengine's `BaseModule` initialises the weights.
        dropout: Probability that a channel of the embeddings is dropped in training.
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int = 128,
        init_cfg: dict[str, Any] | None = None,
        dropout: float = 0.0,
    ) -> None:
        super().__init__(init_cfg)
        self.num_classes = num_classes
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(in_channels, num_classes)
        self._checked: set[str] = set()  # names of videos with good labels

    def loss(
        self,
        embedding: Tensor,
        frame_inds: Tensor,
        valid: Tensor,
        data_samples: Sequence[ActionDataSample] | None = None,
    ) -> dict[str, Tensor]:
        """Classify the labelled frames of all views; the loss is 0 without any.

        Arguments and result are those of `FramewiseHead.loss`. ``data_samples`` have
        gt_label ``(S,)`` int64 of all frames of the video, -1 where unlabelled.

        Raises:
            ValueError: There is not a sample for each video, a sample has no labels,
                or a label is not below C.
        """
        samples = data_samples or []
        check_samples(samples, len(embedding))
        labels = torch.stack(
            [
                self._video_labels(sample).to(frame_inds.device)[inds]
                for sample, inds in zip(samples, frame_inds, strict=True)
            ]
        )
        known = valid & (labels >= 0)
        # Masked instead of selected: a GPU would be waited for to count the frames.
        kept = self.dropout(embedding.masked_fill(~known.unsqueeze(3), 0))
        scores = self.classifier(kept).float()
        target = labels.masked_fill(~known, IGNORED)
        total = F.cross_entropy(
            scores.flatten(0, 2),
            target.flatten(),
            ignore_index=IGNORED,
            reduction='sum',
        )
        return {'loss': total / known.sum().clamp(min=1) * frame_share(known)}

    def _video_labels(self, sample: ActionDataSample) -> Tensor:
        name = sample.get('filename')
        if 'gt_label' not in sample:
            raise ValueError(f'{name}: no labels; set with_labels=True in its dataset')
        labels: Tensor = sample.gt_label
        if name in self._checked:  # to look once waits for a GPU once
            return labels
        if labels.numel() and int(labels.max()) >= self.num_classes:
            raise ValueError(
                f'{name}: label {int(labels.max())} is not below num_classes '
                f'{self.num_classes}'
            )
        if name is not None:
            self._checked.add(name)
        return labels

    def classify(self, embedding: Tensor) -> Tensor:
        """Return the class of each frame: ``(T, D)`` to ``(T,)`` int64, on the CPU."""
        scores: Tensor = self.classifier(embedding)
        return scores.argmax(dim=-1).cpu()
