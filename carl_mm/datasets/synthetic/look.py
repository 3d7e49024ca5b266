"""The random look of a synthetic video: colours, stripes, viewpoint, background."""

import cv2
import numpy as np

from carl_mm.datasets.synthetic.shapes import ELLIPSE, band, fill, turn

MIN_CONTRAST = 180  # of a part to what is behind it, summed over R, G and B


def decorate(
    outlines: list[np.ndarray], colours: list[np.ndarray], rng: np.random.Generator
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Colour the parts of an object, and put stripes on the first.

    Args:
        outlines: Outlines ``(n, 2)`` of the parts.
        colours: Colours of the first part, the others and the stripes.
        rng: Source of the draws.

    Returns:
        Outlines with their colours, in drawing order.
    """
    parts = [(outlines[0], colours[0])]
    for _ in range(rng.integers(0, 3)):
        low = rng.uniform(0.1, 0.7)
        stripe = band(outlines[0], low, low + rng.uniform(0.08, 0.25))
        parts.append((stripe, colours[2]))
    return parts + [(outline, colours[1]) for outline in outlines[1:]]


def draw_colours(
    rng: np.random.Generator, count: int, behind: list[np.ndarray]
) -> list[np.ndarray]:
    """Draw colours that stand out from what is behind them.

    Args:
        rng: Source of the draws.
        count: Number of colours.
        behind: Colours ``(3,)`` behind them, 0 to 255.
    """
    colours: list[np.ndarray] = []
    for _ in range(count):
        tries = rng.integers(0, 256, (40, 3)).astype(float)
        gaps = np.abs(tries[:, None] - np.array(behind)).sum(2).min(1)
        # The first with enough contrast, or else the one with the most.
        enough = np.flatnonzero(gaps > MIN_CONTRAST)
        colours.append(tries[enough[0] if len(enough) else gaps.argmax()])
    return colours


def draw_view(rng: np.random.Generator, pixels: int) -> np.ndarray:
    """Draw a viewpoint: scale, shift, rotation, shear, perspective and mirroring.

    Args:
        rng: Source of the draws.
        pixels: Width and height of the canvas.

    Returns:
        ``(3, 3)`` homography from the scene to the canvas's pixels.
    """
    scale = rng.uniform(0.9, 1.08)
    mirror = rng.choice([-1.0, 1.0])
    linear = turn(np.eye(2), rng.uniform(-7, 7)).T
    linear = linear @ np.array([[1, rng.uniform(-0.07, 0.07)], [0, 1]])
    linear = linear @ np.diag([scale * mirror, scale * rng.uniform(0.85, 1.15)])
    view = np.eye(3)
    view[:2, :2] = linear
    view[:2, 2] = rng.uniform(-0.07, 0.07, 2)
    view[2, :2] = rng.uniform(-0.05, 0.05, 2)
    half = pixels / 2
    return np.array([[half, 0, half], [0, half, half], [0, 0, 1]]) @ view


def draw_background(
    rng: np.random.Generator, pixels: int
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Draw a wall, a table, some objects, and a texture over everything.

    Args:
        rng: Source of the draws.
        pixels: Width and height of the canvas.

    Returns:
        ``(pixels, pixels, 3)`` uint8, and the colours of the wall and the table.
    """
    wall, table = rng.uniform(100, 170, (2, 1)) + rng.uniform(-20, 20, (2, 3))
    canvas = np.empty((pixels, pixels, 3), np.uint8)
    canvas[:] = wall
    identity = np.eye(3)
    edge = pixels * (rng.uniform(0.6, 0.75) + rng.uniform(-0.04, 0.04, 2))
    outline = [[0, edge[0]], [pixels, edge[1]], [pixels, pixels], [0, pixels]]
    fill(canvas, identity, np.array(outline, dtype=float), table)
    for _ in range(rng.integers(0, 3)):
        spots = ELLIPSE[np.sort(rng.choice(len(ELLIPSE), rng.integers(3, 9), False))]
        spots = spots * pixels * rng.uniform(0.03, 0.2, 2)
        colour = 0.75 * wall + 0.25 * rng.integers(0, 256, 3)
        fill(canvas, identity, spots + pixels * rng.uniform(0, 1, 2), colour)
    texture = np.zeros((pixels, pixels))
    for cells, strength in ((3, 8), (12, 2), (40, 1)):
        layer = rng.normal(0, rng.uniform(0, strength), (cells, cells))
        texture += cv2.resize(layer, (pixels, pixels), interpolation=cv2.INTER_CUBIC)
    return np.clip(canvas + texture[..., None], 0, 255).astype(np.uint8), [wall, table]
