"""Photometric augmentation of whole views on the device where they are."""

from collections.abc import Callable, Sequence

import torch
import torchvision.transforms.functional as TF  # noqa: N812
from torch import Generator, Tensor

from carl_mm.functional.colour import shift_hue
from carl_mm.functional.photometric import PhotometricAugmentation, blur_kernel_size

TENSOR_OPERATIONS: dict[str, Callable[[Tensor, float], Tensor]] = {
    'brightness': TF.adjust_brightness,
    'contrast': TF.adjust_contrast,
    'saturation': TF.adjust_saturation,
    'hue': shift_hue,
    'gray': lambda frames, _: TF.rgb_to_grayscale(frames, num_output_channels=3),
    'blur': lambda frames, sigma: TF.gaussian_blur(
        frames, blur_kernel_size(sigma), sigma
    ),
    'solarize': lambda frames, _: torch.minimum(frames, 1 - frames),
}


def draw_operations(
    augmentation: PhotometricAugmentation, generator: Generator | None = None
) -> list[tuple[str, float]]:
    """Draw a view's operations, always by the same number of random numbers.

    Args:
        augmentation: Probabilities and ranges of the operations.
        generator: Source of the draws, on the CPU; by default torch's own.

    Returns:
        Name and value of each operation, in the order in which they are applied.
    """
    shape = (augmentation.num_draws,)
    draws = torch.rand(shape, generator=generator, dtype=torch.float64).tolist()
    order = torch.randperm(4, generator=generator).tolist()
    return augmentation.operations(draws, order)


def augment_tensor(frames: Tensor, operations: Sequence[tuple[str, float]]) -> Tensor:
    """Augment all frames of a view at once.

    Args:
        frames: Frames of the view, ``(T, 3, H, W)``, floating, in [0, 1].
        operations: Names and values that `draw_operations` has drawn.

    Returns:
        Frames of the same shape, dtype and range.
    """
    for name, value in operations:
        frames = TENSOR_OPERATIONS[name](frames, value)
    return frames
