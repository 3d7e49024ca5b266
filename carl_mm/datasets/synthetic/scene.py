"""Draw the frames of a synthetic video: a scene, and a pose in it."""

from dataclasses import dataclass

import cv2
import numpy as np

from carl_mm.datasets.synthetic.look import (
    decorate,
    draw_background,
    draw_colours,
    draw_view,
)
from carl_mm.datasets.synthetic.process import Process
from carl_mm.datasets.synthetic.shapes import ELLIPSE, capsule, fill, turn

SUPERSAMPLING = 3
STREAM_END = 0.4  # y in the scene where what pours ends, inside the bowl


@dataclass(frozen=True)
class Scene:
    """Everything in a video that does not depend on the phase.

    Args:
        background: ``(H, W, 3)`` uint8, at the resolution of the rendering.
        view: ``(3, 3)`` homography from the scene to the rendering's pixels.
        fixture: Outlines with their colours, in scene coordinates.
        item: Outlines with their colours, in the item's own coordinates.
        grip: ``(2,)`` point where the hand holds the item, in the item's coordinates.
        mouth: ``(2,)`` point where the item pours from, in the item's coordinates.
        away: ``(2,)`` point where the hand is when it is away.
        shoulder: ``(2,)`` point where the arm comes from, outside the picture.
        skin: Colour ``(3,)`` of the hand, 0 to 255.
        sleeve: Colour ``(3,)`` of the arm, 0 to 255.
        width: Width of the arm, in scene units.
        shake: Standard deviation of the camera's shake, in pixels of the frame.
        noise: Standard deviation of the noise, in grey levels.
        size: Width and height of the frame, in pixels.
    """

    background: np.ndarray
    view: np.ndarray
    fixture: list[tuple[np.ndarray, np.ndarray]]
    item: list[tuple[np.ndarray, np.ndarray]]
    grip: np.ndarray
    mouth: np.ndarray
    away: np.ndarray
    shoulder: np.ndarray
    skin: np.ndarray
    sleeve: np.ndarray
    width: float
    shake: float
    noise: float
    size: int


def draw_scene(process: Process, rng: np.random.Generator, size: int) -> Scene:
    """Draw a video's appearance and viewpoint.

    Args:
        process: Process whose item and fixture are shown.
        rng: Source of the draws.
        size: Width and height of the frames, in pixels.
    """
    background, behind = draw_background(rng, size * SUPERSAMPLING)
    fixture_colours = draw_colours(rng, 3, behind)
    behind = [*behind, fixture_colours[0]]
    stretch = rng.uniform(0.8, 1.2, 2)
    item = [outline * stretch for outline in process.item]
    sleeve = draw_colours(rng, 1, behind)[0]
    skin = np.array([255, 205, 170]) * rng.uniform(0.3, 1.0) + rng.uniform(-15, 15, 3)
    skin = np.clip(skin, 0, 255)
    reach = np.radians(rng.uniform(190, 270))
    shoulder = 2.2 * np.array([np.cos(reach), np.sin(reach)])
    return Scene(
        background=background,
        view=draw_view(rng, size * SUPERSAMPLING),
        fixture=decorate(list(process.fixture), fixture_colours, rng),
        item=decorate(item, draw_colours(rng, 3, behind), rng),
        grip=np.array(process.grip) * stretch,
        mouth=np.array(process.mouth) * stretch,
        away=shoulder * rng.uniform(0.4, 0.6) + rng.uniform(-0.15, 0.15, 2),
        shoulder=shoulder,
        skin=skin,
        sleeve=sleeve,
        width=rng.uniform(0.07, 0.13),
        shake=rng.uniform(0, 0.4),
        noise=rng.uniform(0.5, 2.5),
        size=size,
    )


def render_frame(
    scene: Scene, pose: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Draw one frame.

    Args:
        scene: Scene of the video.
        pose: ``(6,)`` pose, see `carl_mm.datasets.synthetic.process`.
        rng: Source of the camera's shake, the light and the noise.

    Returns:
        ``(size, size, 3)`` uint8 RGB.
    """
    canvas = scene.background.copy()
    place, (angle, near, scale, flow) = pose[:2], pose[2:]
    shift = rng.normal(0, scene.shake * SUPERSAMPLING, 2)
    view = np.array([[1, 0, shift[0]], [0, 1, shift[1]], [0, 0, 1.0]]) @ scene.view
    grip = turn(scale * scene.grip[None], angle)[0] + place
    hand = scene.away + near * (grip - scene.away)
    for outline, colour in scene.fixture:
        fill(canvas, view, outline, colour)
    if flow:
        mouth = turn(scale * scene.mouth[None], angle)[0] + place
        width = rng.uniform(0.04, 0.07)
        stream = capsule(mouth, np.array([mouth[0], STREAM_END]), (width, width))
        fill(canvas, view, stream, scene.item[0][1])
    arm = capsule(scene.shoulder, hand, (1.8 * scene.width, 0.8 * scene.width))
    fill(canvas, view, arm, scene.sleeve)
    fill(canvas, view, hand + 1.1 * scene.width * ELLIPSE, scene.skin)
    for outline, colour in scene.item:
        fill(canvas, view, turn(scale * outline, angle) + place, colour)
    for finger in _fingers(hand, scene, 1 - near):
        fill(canvas, view, finger, scene.skin)
    frame = cv2.resize(canvas, (scene.size, scene.size), interpolation=cv2.INTER_AREA)
    noise = rng.normal(rng.normal(0, 2), scene.noise, frame.shape)
    return np.clip(frame + noise, 0, 255).astype(np.uint8)


def _fingers(hand: np.ndarray, scene: Scene, opening: float) -> list[np.ndarray]:
    """Return the outlines of two fingers, spread by an opening of 0 to 1."""
    heading = hand - scene.shoulder
    heading = heading / np.linalg.norm(heading)
    spread = 15 + 40 * min(1.0, 3 * opening)
    radii = (0.4 * scene.width, 0.3 * scene.width)
    tips = (turn(heading[None], side * spread)[0] for side in (-1, 1))
    return [capsule(hand, hand + 1.9 * scene.width * tip, radii) for tip in tips]
