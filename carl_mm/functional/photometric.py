"""Colour and blur of a view: what is drawn, and how a uint8 frame is changed by it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Frame = npt.NDArray[np.uint8]
NUM_DRAWS = 8  # without solarisation
LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601, of R, G and B
INVISIBLE_BLUR = 0.3  # a narrower one moves no 8-bit value


@dataclass(frozen=True)
class PhotometricAugmentation:
    """Colour jitter, gray, blur and solarisation; one draw serves all frames of a view.

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
        solarize_prob: Of inverting every value of a half and more, at last (CVRL).

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
    solarize_prob: float = 0.0

    def __post_init__(self) -> None:
        shares = ('jitter_prob', 'gray_prob', 'blur_prob', 'solarize_prob')
        for name in (*shares, 'brightness', 'contrast', 'saturation'):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f'{name} must be in [0, 1], got {getattr(self, name)}')
        if not 0 <= self.hue <= 0.5:
            raise ValueError(f'hue must be in [0, 0.5], got {self.hue}')
        if not 0 < self.blur_sigma[0] <= self.blur_sigma[1]:
            raise ValueError(f'blur_sigma must be 0 < low <= high: {self.blur_sigma}')
        if self.blur_count < 1:
            raise ValueError(f'blur_count must be at least 1, got {self.blur_count}')

    @property
    def num_draws(self) -> int:
        """How many numbers `operations` takes."""
        return NUM_DRAWS + (self.solarize_prob > 0)

    def operations(
        self, draws: Sequence[float], order: Sequence[int]
    ) -> list[tuple[str, float]]:
        """Turn a view's draws into named operations, to be done one after another.

        Args:
            draws: `num_draws` numbers, uniform in [0, 1).
            order: Permutation of 0 to 3, of the jitter's four.

        Returns:
            Of 'brightness', 'contrast' and 'saturation' with their factors, 'hue'
            with its turns, 'gray' and 'solarize' with 1, 'blur' with its sigma.
        """
        jitter_chance, gray_chance, blur_chance, sigma_draw = draws[:4]
        factors = draws[4:NUM_DRAWS]
        jitters = jitter_chance < self.jitter_prob
        found: list[tuple[str, float]] = []
        if jitters:
            ranges = (self.brightness, self.contrast, self.saturation, self.hue)
            centres = (1, 1, 1, 0)
            values = [
                centre + width * (2 * draw - 1)
                for centre, width, draw in zip(centres, ranges, factors, strict=True)
            ]
            names = ('brightness', 'contrast', 'saturation', 'hue')
            found += [(names[index], values[index]) for index in order]
        if gray_chance < self.gray_prob:
            found.append(('gray', 1.0))
        if blur_chance < self.blur_prob and (jitters or not self.blur_in_jitter):
            low, high = self.blur_sigma
            sigma = low + (high - low) * sigma_draw
            found += [('blur', sigma)] * self.blur_count
        if self.solarize_prob > 0 and draws[NUM_DRAWS] < self.solarize_prob:
            found.append(('solarize', 1.0))
        return found


def blur_kernel_size(sigma: float) -> int:
    """Odd width of a blur's kernel: beyond three sigma a Gaussian weighs under 0.3%."""
    return 2 * max(1, round(3 * sigma)) + 1


def frame_function(operations: Sequence[tuple[str, float]]) -> Callable[[Frame], Frame]:
    """Return what changes one frame, ``(H, W, 3)`` uint8 RGB, by named operations.

    As PIL does it: each operation rounds to 8 bits, contrast turns about the frame's
    own mean gray, hue turns in HSV. The frame given is left as it is.

    Args:
        operations: Of `PhotometricAugmentation.operations`.
    """
    functions = [partial(FRAME_OPERATIONS[name], value) for name, value in operations]

    def run(frame: Frame) -> Frame:
        for function in functions:
            frame = function(frame)
        return frame

    return run


def _brightness(factor: float, frame: Frame) -> Frame:
    return np.asarray(cv2.convertScaleAbs(frame, alpha=factor), dtype=np.uint8)


def _contrast(factor: float, frame: Frame) -> Frame:
    mean = cv2.mean(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY))[0]
    offset = (1 - factor) * mean
    return np.asarray(cv2.addWeighted(frame, factor, frame, 0, offset), dtype=np.uint8)


def _saturation(factor: float, frame: Frame) -> Frame:
    matrix = factor * np.eye(3) + (1 - factor) * np.array(LUMA)
    return np.asarray(cv2.transform(frame, matrix), dtype=np.uint8)


def _hue(turns: float, frame: Frame) -> Frame:
    hsv = cv2.cvtColor(frame, cv2.COLOR_RGB2HSV_FULL)
    row = np.zeros(hsv[0].size, dtype=np.uint8)
    row[::3] = round(turns * 256) % 256
    rows: Any = hsv.reshape(len(hsv), -1)
    rows += row  # 8 bits wrap around, as the circle does
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB_FULL), dtype=np.uint8)


def _gray(_: float, frame: Frame) -> Frame:
    gray = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB), dtype=np.uint8)


def _blur(sigma: float, frame: Frame) -> Frame:
    if sigma <= INVISIBLE_BLUR:
        return frame
    size = blur_kernel_size(sigma)
    return np.asarray(cv2.GaussianBlur(frame, (size, size), sigma), dtype=np.uint8)


def _solarize(_: float, frame: Frame) -> Frame:
    # v below a half, else 1 - v: the smaller of the two.
    return np.asarray(np.minimum(frame, 255 - frame), dtype=np.uint8)


FRAME_OPERATIONS = {
    'brightness': _brightness,
    'contrast': _contrast,
    'saturation': _saturation,
    'hue': _hue,
    'gray': _gray,
    'blur': _blur,
    'solarize': _solarize,
}
