"""Draw changes of colour and blur for a view, and apply them to uint8 frames."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Frame = npt.NDArray[np.uint8]
NUM_DRAWS = 8  # without solarization
LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601, of R, G and B
# What CVRL's released code does in place of SimCLR's operations.
RELEASED = {
    'contrast': 'clip_contrast',
    'saturation': 'hsv_saturation',
    'blur': 'zero_padded_blur',
}
INVISIBLE_BLUR = 0.3  # a narrower one moves no 8-bit value


@dataclass(frozen=True)
class PhotometricAugmentation:
    """Colour jitter, gray, blur and solarization; one draw serves all frames of a view.

    The jitter is SimCLR's: each factor is uniform in 1 +- its range, in random order.

    Args:
        brightness: Range of the brightness factor, in [0, 1].
        contrast: Range of the contrast factor, in [0, 1].
        saturation: Range of the saturation factor, in [0, 1].
        hue: Range of the hue shift, in [0, 0.5] turns of the colour circle.
        jitter_prob: Probability of the four changes above, which are made together.
        gray_prob: Probability of removing all colour.
        blur_prob: Probability of a Gaussian blur.
        blur_sigma: Least and largest width of the blur, in pixels.
        blur_count: Number of times the blur is applied; published: 4.
        blur_in_jitter: Blur only if the jitter is drawn; published: True.
        solarize_prob: Probability of inverting all values of at least a half, at the
            end (CVRL).
        released: Whether contrast is changed about the means of the clip's channels,
            saturation in HSV, and the blur sees zeros around the frame, as in CVRL's
            released code; by default all is SimCLR's.

    Raises:
        ValueError: A probability, a range or the count is out of bounds.
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
    released: bool = False

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
        """Number of draws that `operations` takes."""
        return NUM_DRAWS + (self.solarize_prob > 0)

    def operations(
        self, draws: Sequence[float], order: Sequence[int]
    ) -> list[tuple[str, float]]:
        """Turn the draws of a view into named operations, to be applied in turn.

        Args:
            draws: `num_draws` numbers, uniform in [0, 1).
            order: Permutation of 0 to 3, the order of the four changes of the jitter.

        Returns:
            Names and values: 'brightness', 'contrast' and 'saturation' with their
            factors, 'hue' with its turns, 'gray' and 'solarize' with 1, 'blur' with
            its sigma; if ``released`` 'clip_contrast', 'hsv_saturation' and
            'zero_padded_blur'.
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
        if self.released:
            found = [(RELEASED.get(name, name), value) for name, value in found]
        return found


def blur_kernel_size(sigma: float) -> int:
    """Return the odd width of a blur's kernel, which holds 99.7% of the Gaussian."""
    return 2 * max(1, round(3 * sigma)) + 1


def frame_function(operations: Sequence[tuple[str, float]]) -> Callable[[Frame], Frame]:
    """Return a function that applies named operations to a copy of a frame.

    It works as PIL does: each operation rounds to 8 bits, contrast is changed about the
    frame's own mean gray, and hue in HSV.

    Args:
        operations: Names and values, see `PhotometricAugmentation.operations`.

    Returns:
        A function of frames ``(H, W, 3)``, uint8 RGB.
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
