"""Move uint8 frames to the device; augment and normalise them there."""

from collections.abc import Sequence
from typing import Any

import torch
from mmaction.registry import MODELS
from mmengine.model import BaseDataPreprocessor
from torch import Generator, Tensor

from carl_mm.functional.photometric import (
    FRAME_OPERATIONS,
    PhotometricAugmentation,
    frame_function,
)
from carl_mm.models.data_preprocessors.photometric import (
    augment_tensor,
    draw_operations,
)

IMAGENET_MEAN = (123.675, 116.28, 103.53)
IMAGENET_STD = (58.395, 57.12, 57.375)


@MODELS.register_module()
class FramewiseDataPreprocessor(BaseDataPreprocessor):
    """Move a batch to the device; in training, augment and normalise it there.

    In testing uint8 frames stay uint8 and the recognizer normalises them a chunk at a
    time, so that a long video is never held in float32. Cached features
    (float, ``(B, V, T, C)``) pass through.

    Args:
        mean: Means of the channels R, G, B, in [0, 255].
        std: Standard deviations of the channels, in the same unit.
        augmentation: Arguments of `PhotometricAugmentation`, ``dict()`` for the
            paper's, or a list of them, one for each view; by default nothing is
            augmented.
        non_blocking: Whether batches are copied while the host goes on; from pinned
            memory (`pin_memory` of the loader) the copy itself takes none of its time.
        released: Whether all augmentations are ``released``, as CVRL's.
    """

    def __init__(
        self,
        mean: tuple[float, ...] = IMAGENET_MEAN,
        std: tuple[float, ...] = IMAGENET_STD,
        augmentation: dict[str, Any] | Sequence[dict[str, Any]] | None = None,
        non_blocking: bool = True,
        released: bool = False,
    ) -> None:
        super().__init__(non_blocking)
        self.augmentation: PhotometricAugmentation | None = None
        self.view_augmentations: list[PhotometricAugmentation] = []
        if isinstance(augmentation, dict):
            self.augmentation = _augmentation(augmentation, released)
        elif augmentation is not None:
            self.view_augmentations = [
                _augmentation(keywords, released) for keywords in augmentation
            ]
        self.register_buffer('mean', torch.tensor(mean).view(3, 1, 1), False)
        self.register_buffer('std', torch.tensor(std).view(3, 1, 1), False)

    def forward(self, data: dict[str, Any], training: bool = False) -> dict[str, Any]:
        """Prepare a batch.

        Args:
            data: Collated samples of `PackFramewiseInputs`; in training, lists of
                tensors are stacked.
            training: Whether frames are augmented and normalised.

        Returns:
            The same keys; in training inputs are float32 ``(B, V, T, 3, H, W)``.

        Raises:
            ValueError: ``augmentation`` is a list for another number of views.
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
            self._check_views(inputs)
            views = inputs.flatten(0, 1)
            out = torch.empty(views.permute(0, 1, 3, 4, 2).shape, device=views.device)
            for index, (view, target) in enumerate(zip(views, out, strict=True)):
                operations = self.draw(view=index % inputs.shape[1])
                self.augment(view, operations, target)
            out = out.permute(0, 1, 4, 2, 3)
            data['inputs'] = torch.unflatten(out, 0, inputs.shape[:2])
        return data

    def draw(
        self, generator: Generator | None = None, view: int = 0
    ) -> list[tuple[str, float]]:
        """Draw the operations of a view.

        Args:
            generator: Source of the draws, on the CPU; by default torch's own.
            view: Number of the view, where each has its own augmentation.

        Returns:
            Names and values for `augment`; none without ``augmentation``.
        """
        augmentation = self.augmentation
        if self.view_augmentations:
            augmentation = self.view_augmentations[view]
        return [] if augmentation is None else draw_operations(augmentation, generator)

    def _check_views(self, inputs: Tensor) -> None:
        known = len(self.view_augmentations)
        if known and known != inputs.shape[1]:
            raise ValueError(
                f'augmentation is given for {known} views, but a sample has '
                f'{inputs.shape[1]}'
            )

    def augment(
        self,
        frames: Tensor,
        operations: list[tuple[str, float]],
        out: Tensor | None = None,
    ) -> Tensor:
        """Augment and normalise the frames of a view.

        On a CPU frames are augmented one by one in 8 bits, which is several times as
        fast there; on another device, and as CVRL's released code, all at once in
        float32.

        Args:
            frames: Frames of the view, ``(T, 3, H, W)`` uint8.
            operations: What `draw` has drawn.
            out: Where to write, ``(T, H, W, 3)`` float32; by default a new tensor.

        Returns:
            ``(T, 3, H, W)`` float32, channels last.
        """
        pictures = frames.permute(0, 2, 3, 1)
        if out is None:
            out = torch.empty(pictures.shape, device=frames.device)
        names = {name for name, _ in operations}
        if frames.device.type == 'cpu' and names <= FRAME_OPERATIONS.keys():
            function = frame_function(operations)
            scale = (1 / self.std).flatten().repeat(frames.shape[3])
            offset = (-self.mean / self.std).flatten().repeat(frames.shape[3])
            for picture, target in zip(pictures.contiguous(), out, strict=True):
                row = torch.from_numpy(function(picture.numpy())).flatten(1).float()
                torch.addcmul(offset, row, scale, out=target.flatten(1))
        else:
            augmented = augment_tensor(frames.float() / 255, operations)
            out.copy_(((augmented * 255 - self.mean) / self.std).permute(0, 2, 3, 1))
        return out.permute(0, 3, 1, 2)

    def normalize(self, frames: Tensor) -> Tensor:
        """Normalise uint8 frames ``(..., 3, H, W)``; the result is float32."""
        out: Tensor = (frames - self.mean) / self.std
        return out


def _augmentation(keywords: dict[str, Any], released: bool) -> PhotometricAugmentation:
    return PhotometricAugmentation(**{'released': released, **keywords})


def _is_tensor_list(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and isinstance(value[0], Tensor)
