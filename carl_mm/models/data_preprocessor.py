"""uint8 to the device first; colour, blur and normalisation there."""

from typing import Any

import torch
from mmaction.registry import MODELS
from mmengine.model import BaseDataPreprocessor
from torch import Generator, Tensor

from carl_mm.models.augmentation import PhotometricAugmentation

IMAGENET_MEAN = (123.675, 116.28, 103.53)
IMAGENET_STD = (58.395, 57.12, 57.375)


@MODELS.register_module()
class FramewiseDataPreprocessor(BaseDataPreprocessor):
    """Move a batch to the device; in training, augment and normalise it there.

    At test time uint8 frames stay uint8 and the recognizer normalises them a chunk
    at a time, so that a long video is never held in float32. Cached features
    (float, ``(B, V, T, C)``) pass through.

    Args:
        mean: Of the channels R, G, B, in [0, 255].
        std: Likewise.
        augmentation: Keywords of `PhotometricAugmentation`, ``dict()`` for the
            paper's; None augments nothing.
        non_blocking: Copy asynchronously; needs pinned memory.
    """

    def __init__(
        self,
        mean: tuple[float, ...] = IMAGENET_MEAN,
        std: tuple[float, ...] = IMAGENET_STD,
        augmentation: dict[str, Any] | None = None,
        non_blocking: bool = False,
    ) -> None:
        super().__init__(non_blocking)
        self.augmentation = None
        if augmentation is not None:
            self.augmentation = PhotometricAugmentation(**augmentation)
        self.register_buffer('mean', torch.tensor(mean).view(3, 1, 1), False)
        self.register_buffer('std', torch.tensor(std).view(3, 1, 1), False)

    def forward(self, data: dict, training: bool = False) -> dict:
        """Prepare a batch.

        Args:
            data: As `PackFramewiseInputs` gives, collated; training stacks lists.
            training: Augment and normalise.

        Returns:
            The same keys; in training inputs are float32 ``(B, V, T, 3, H, W)``.
        """
        data = self.cast_data(data)
        if not training:
            return data
        data = {
            key: torch.stack(value) if _is_tensor_list(value) else value
            for key, value in data.items()
        }
        inputs = data['inputs']
        if inputs.dtype == torch.uint8:
            views = [self.augment(view) for view in inputs.flatten(0, 1)]
            data['inputs'] = torch.stack(views).unflatten(0, inputs.shape[:2])
        return data

    def augment(self, frames: Tensor, generator: Generator | None = None) -> Tensor:
        """Augment and normalise one view ``(T, 3, H, W)`` uint8; float32 comes back."""
        frames = frames.float() / 255
        if self.augmentation:
            frames = self.augmentation(frames, generator)
        return (frames * 255 - self.mean) / self.std

    def normalize(self, frames: Tensor) -> Tensor:
        """Return uint8 frames ``(..., 3, H, W)`` in float32, normalised."""
        return (frames - self.mean) / self.std


def _is_tensor_list(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and isinstance(value[0], Tensor)
