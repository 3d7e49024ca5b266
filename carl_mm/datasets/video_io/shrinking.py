"""Frames made small enough to show."""

import cv2
import numpy as np


def shrink(
    frame: np.ndarray, max_height: int, max_width: int | None = None
) -> np.ndarray:
    """Shrink a frame until it fits, keeping its proportions; others stay as they are.

    Args:
        frame: ``(H, W, 3)`` uint8.
        max_height: Largest height, in pixels.
        max_width: Largest width, in pixels; by default any.

    Returns:
        The frame itself if it fits, else ``(h, w, 3)`` uint8, at least 2 pixels a side.
    """
    height, width = frame.shape[:2]
    scale = max_height / height
    if max_width is not None:
        scale = min(scale, max_width / width)
    if scale >= 1:
        return frame
    size = max(2, round(width * scale)), max(2, round(height * scale))
    return cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
