"""Outlines that synthetic videos are made of, and how they are drawn."""

import cv2
import numpy as np

SUBPIXEL_BITS = 4

_TURN = np.linspace(0, 2 * np.pi, 24, endpoint=False)
ELLIPSE = np.stack([np.cos(_TURN), np.sin(_TURN)], axis=1)


def polygon(*coordinates: float) -> np.ndarray:
    """Return ``(n, 2)`` from ``x0, y0, x1, y1, ...``."""
    return np.array(coordinates, dtype=float).reshape(-1, 2)


def box(width: float, height: float, x: float = 0, y: float = 0) -> np.ndarray:
    """Return the ``(4, 2)`` corners of a box centred on ``(x, y)``."""
    corners = polygon(-0.5, -0.5, 0.5, -0.5, 0.5, 0.5, -0.5, 0.5)
    return corners * (width, height) + (x, y)


def band(outline: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return a strip across an outline's bounding box, 0.85 times as wide.

    Args:
        outline: ``(n, 2)`` points.
        low: Where the strip starts, as a share of the box's height.
        high: Where the strip ends, as a share of the box's height.
    """
    (left, top), (right, bottom) = outline.min(0), outline.max(0)
    middle, half = (left + right) / 2, 0.425 * (right - left)
    top, bottom = top + low * (bottom - top), top + high * (bottom - top)
    return polygon(
        middle - half, top, middle + half, top, middle + half, bottom,
        middle - half, bottom,
    )  # fmt: skip


def capsule(
    start: np.ndarray, end: np.ndarray, radii: tuple[float, float]
) -> np.ndarray:
    """Return the ``(n, 2)`` outline of a limb that tapers from start to end."""
    along = end - start
    heading = np.arctan2(along[1], along[0])
    half_turn = np.linspace(-np.pi / 2, np.pi / 2, 10)
    cap = np.stack([np.cos(half_turn + heading), np.sin(half_turn + heading)], axis=1)
    return np.concatenate([end + radii[1] * cap, start - radii[0] * cap])


def turn(points: np.ndarray, degrees: float) -> np.ndarray:
    """Rotate ``(n, 2)`` points about the origin."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turned: np.ndarray = points @ np.array([[cos, sin], [-sin, cos]])
    return turned


def fill(
    canvas: np.ndarray, view: np.ndarray, outline: np.ndarray, colour: np.ndarray
) -> None:
    """Fill an outline, anti-aliased, in place.

    Args:
        canvas: ``(H, W, 3)`` uint8 picture.
        view: ``(3, 3)`` homography from the outline's coordinates to pixels.
        outline: ``(n, 2)`` points.
        colour: ``(3,)`` colour, 0 to 255.
    """
    points = cv2.perspectiveTransform(outline[None], view)[0]
    fixed = np.round(points * 2**SUBPIXEL_BITS).astype(np.int32)
    cv2.fillPoly(canvas, [fixed], colour.tolist(), cv2.LINE_AA, SUBPIXEL_BITS)
