"""Photometric augmentation of whole views, on the device they are on."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
import torchvision.transforms.functional as TF  # noqa: N812
from torch import Generator, Tensor

from carl_mm.functional import shift_hue


@dataclass(frozen=True)
class PhotometricAugmentation:
    """Colour jitter, gray and blur; one draw serves all frames of a view.

    The jitter is SimCLR's: each factor uniform in 1 +- its range, in random order.

    Args:
        brightness: Range, in [0, 1].
        contrast: Range, in [0, 1].
        saturation: Range, in [0, 1].
        hue: Range of the shift, in [0, 0.5] turns of the colour circle.
        jitter_prob: Of the four above, together.
        gray_prob: Of losing all colour.
        blur_prob: Of a Gaussian blur.
        blur_sigma: Range of its width, in pixels.
        blur_count: How often it is applied; published: 4.
        blur_in_jitter: Blur only where the jitter is drawn; published: True.

    Raises:
        ValueError: A probability, a range or the count out of bounds.
    """

    brightness: float = 0.8
    contrast: float = 0.8
    saturation: float = 0.8
    hue: float = 0.2
    jitter_prob: float = 0.8
    gray_prob: float = 0.2
    blur_prob: float = 0.5
    blur_sigma: tuple[float, float] = (0.1, 2.0)
    blur_count: int = 1
    blur_in_jitter: bool = False

    def __post_init__(self) -> None:
        for name in ('jitter_prob', 'gray_prob', 'blur_prob'):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f'{name} must be in [0, 1], got {getattr(self, name)}')
        for name in ('brightness', 'contrast', 'saturation'):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f'{name} must be in [0, 1], got {getattr(self, name)}')
        if not 0 <= self.hue <= 0.5:
            raise ValueError(f'hue must be in [0, 0.5], got {self.hue}')
        if not 0 < self.blur_sigma[0] <= self.blur_sigma[1]:
            raise ValueError(f'blur_sigma must be 0 < low <= high: {self.blur_sigma}')
        if self.blur_count < 1:
            raise ValueError(f'blur_count must be at least 1, got {self.blur_count}')

    def __call__(self, frames: Tensor, generator: Generator | None = None) -> Tensor:
        """Augment one view.

        Args:
            frames: ``(T, 3, H, W)`` floating, in [0, 1].
            generator: On the CPU; the same state gives the same draw.

        Returns:
            As ``frames``.
        """
        for operation in self.draw(generator):
            frames = operation(frames)
        return frames

    def draw(self, generator: Generator | None) -> list[Callable[[Tensor], Tensor]]:
        """Draw a view's operations; the count of numbers drawn is always the same."""
        draws = torch.rand(8, generator=generator, dtype=torch.float64).tolist()
        order = torch.randperm(4, generator=generator).tolist()
        jitter_chance, gray_chance, blur_chance, sigma_draw, *factors = draws
        operations: list[Callable[[Tensor], Tensor]] = []
        jitters = jitter_chance < self.jitter_prob
        if jitters:
            ranges = (self.brightness, self.contrast, self.saturation)
            factors[:3] = [
                1 + width * (2 * draw - 1)
                for width, draw in zip(ranges, factors, strict=False)
            ]
            jitter = [
                partial(TF.adjust_brightness, brightness_factor=factors[0]),
                partial(TF.adjust_contrast, contrast_factor=factors[1]),
                partial(TF.adjust_saturation, saturation_factor=factors[2]),
                partial(shift_hue, turns=self.hue * (2 * factors[3] - 1)),
            ]
            operations += [jitter[index] for index in order]
        if gray_chance < self.gray_prob:
            operations.append(partial(TF.rgb_to_grayscale, num_output_channels=3))
        if blur_chance < self.blur_prob and (jitters or not self.blur_in_jitter):
            low, high = self.blur_sigma
            sigma = low + (high - low) * sigma_draw
            # Beyond three sigma a Gaussian weighs under 0.3%.
            kernel = 2 * max(1, round(3 * sigma)) + 1
            blur = partial(TF.gaussian_blur, kernel_size=kernel, sigma=sigma)
            operations += [blur] * self.blur_count
        return operations
