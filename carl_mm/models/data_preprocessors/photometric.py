"""Photometric augmentation of whole views on the device where they are."""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
import torchvision.transforms.functional as TF  # noqa: N812
from torch import Generator, Tensor

from carl_mm.functional.colour import scale_saturation, shift_hue
from carl_mm.functional.photometric import PhotometricAugmentation, blur_kernel_size


def clip_contrast(frames: Tensor, factor: float) -> Tensor:
    """Change contrast about the mean of each channel over the whole clip (CVRL).

    Args:
        frames: ``(T, 3, H, W)``, floating, in [0, 1]; so is the result.
        factor: Number that multiplies the differences from the means.
    """
    mean = frames.mean((0, 2, 3), keepdim=True)
    return torch.lerp(mean, frames, factor).clamp(0, 1)


def zero_padded_blur(frames: Tensor, sigma: float) -> Tensor:
    """Blur as CVRL's released code: H // 20 pixels to each side, zeros around.

    Args:
        frames: ``(T, 3, H, W)``, floating.
        sigma: Width of the Gaussian, in pixels.
    """
    radius = frames.shape[-2] // 10 // 2
    places = torch.arange(-radius, radius + 1, device=frames.device)
    kernel = torch.exp(-places.square() / (2 * sigma**2)).to(frames.dtype)
    kernel = (kernel / kernel.sum()).view(1, 1, 1, -1)
    planes = frames.flatten(0, 1).unsqueeze(1)
    planes = F.conv2d(planes, kernel, padding=(0, radius))
    planes = F.conv2d(planes, kernel.mT, padding=(radius, 0))
    return planes.view(frames.shape)


TENSOR_OPERATIONS: dict[str, Callable[[Tensor, float], Tensor]] = {
    'brightness': TF.adjust_brightness,
    'contrast': TF.adjust_contrast,
    'saturation': TF.adjust_saturation,
    'hue': shift_hue,
    'gray': lambda frames, _: TF.rgb_to_grayscale(frames, num_output_channels=3),
    'blur': lambda frames, sigma: TF.gaussian_blur(
        frames, blur_kernel_size(sigma), sigma
    ),
    'clip_contrast': clip_contrast,
    'hsv_saturation': scale_saturation,
    'zero_padded_blur': zero_padded_blur,
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
