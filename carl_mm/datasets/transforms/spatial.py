"""Geometric augmentation: one draw per view, the same for all its frames."""

import cv2
import numpy as np
from mmaction.registry import TRANSFORMS

from carl_mm.datasets.transforms.frame_stream import FrameFunction, ViewTransform
from carl_mm.datasets.video_io.shrinking import resize


def mirror(img: np.ndarray) -> np.ndarray:
    """Mirror a frame left to right."""
    return cv2.flip(img, 1)


def unchanged(img: np.ndarray) -> np.ndarray:
    """Return the frame itself."""
    return img


@TRANSFORMS.register_module()
class ClipConsistentResizedCrop(ViewTransform):
    """Crop a random box and resize it to a square.

    Required and modified keys: imgs, V lists of ``(H, W, 3)`` uint8.

    Args:
        size: Side of the result, in pixels.
        scale: Least and largest share of the frame's area in the box.
        ratio: Least and largest ratio of the box's width to its height.

    Raises:
        ValueError: A range is empty or out of bounds.
    """

    def __init__(
        self,
        size: int,
        scale: tuple[float, float] = (0.8, 1.0),
        ratio: tuple[float, float] = (3 / 4, 4 / 3),
    ) -> None:
        if not 0 < scale[0] <= scale[1] <= 1 or not 0 < ratio[0] <= ratio[1]:
            raise ValueError(
                'scale and ratio must be 0 < low <= high, and scale at most 1, '
                f'got {scale} and {ratio}'
            )
        self.size, self.scale, self.ratio = size, scale, ratio

    def draw_box(
        self, rng: np.random.Generator, height: int, width: int
    ) -> tuple[int, int, int, int]:
        """Return (top, left, height, width) of a box inside the frame, in pixels.

        It is drawn as by torchvision's `RandomResizedCrop`: in ten tries, else the
        largest central box within ``ratio``.
        """
        for _ in range(10):
            area = height * width * rng.uniform(*self.scale)
            aspect = np.exp(rng.uniform(*np.log(self.ratio)))
            box_w, box_h = round(np.sqrt(area * aspect)), round(np.sqrt(area / aspect))
            if 0 < box_w <= width and 0 < box_h <= height:
                top = int(rng.integers(height - box_h + 1))
                return top, int(rng.integers(width - box_w + 1)), box_h, box_w
        aspect = np.clip(width / height, *self.ratio)
        box_w, box_h = min(width, round(height * aspect)), height
        if box_w == width:
            box_h = min(height, round(width / aspect))
        return (height - box_h) // 2, (width - box_w) // 2, box_h, box_w

    def draw(self, rng: np.random.Generator, height: int, width: int) -> FrameFunction:
        """Draw the box of a view."""
        top, left, box_h, box_w = self.draw_box(rng, height, width)
        box = np.s_[top : top + box_h, left : left + box_w]
        return lambda img: resize(img[box], self.size, self.size)


@TRANSFORMS.register_module()
class ClipConsistentResize(ViewTransform):
    """Resize whole frames to a square, whatever their shape; nothing is cropped.

    Required and modified keys: imgs, V lists of ``(H, W, 3)`` uint8.

    Args:
        size: Side of the result, in pixels.

    Raises:
        ValueError: The size is below 1.
    """

    def __init__(self, size: int) -> None:
        if size < 1:
            raise ValueError(f'size must be at least 1, got {size}')
        self.size = size

    def draw(self, rng: np.random.Generator, height: int, width: int) -> FrameFunction:
        """Return what resizes a frame; nothing is drawn."""
        return lambda img: resize(img, self.size, self.size)


@TRANSFORMS.register_module()
class ClipConsistentFlip(ViewTransform):
    """Mirror a view left to right.

    Required and modified keys: imgs.

    Args:
        prob: Probability that a view is mirrored, in [0, 1].

    Raises:
        ValueError: The probability is out of its range.
    """

    def __init__(self, prob: float = 0.5) -> None:
        if not 0 <= prob <= 1:
            raise ValueError(f'prob must be in [0, 1], got {prob}')
        self.prob = prob

    def draw(self, rng: np.random.Generator, height: int, width: int) -> FrameFunction:
        """Draw whether to mirror a view."""
        return mirror if rng.random() < self.prob else unchanged


@TRANSFORMS.register_module()
class ClipConsistentCenterCrop(ViewTransform):
    """Resize the short side, then take the central square; for testing.

    Required and modified keys: imgs.

    Args:
        size: Side of the result, in pixels.
        short_side: Length to which the short side is resized before the crop, in
            pixels; by default ``size``. 0 crops the stored frame, as the published
            code does.

    Raises:
        ValueError: The short side is smaller than the crop.
    """

    def __init__(self, size: int, short_side: int | None = None) -> None:
        self.size = size
        self.short_side = size if short_side is None else short_side
        if self.short_side and self.short_side < size:
            raise ValueError(f'short_side {short_side} is smaller than size {size}')

    def draw(self, rng: np.random.Generator, height: int, width: int) -> FrameFunction:
        """Return `crop`; nothing is drawn."""
        return self.crop

    def crop(self, img: np.ndarray) -> np.ndarray:
        """Return the central ``(size, size, 3)`` of one frame."""
        height, width = img.shape[:2]
        # A stored frame smaller than the crop is enlarged just enough.
        short_side = self.short_side or max(self.size, min(height, width))
        scale = short_side / min(height, width)
        img = resize(img, round(width * scale), round(height * scale))
        top, left = (img.shape[0] - self.size) // 2, (img.shape[1] - self.size) // 2
        return img[top : top + self.size, left : left + self.size]
