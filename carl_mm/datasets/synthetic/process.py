"""How a process is scripted: an item, what it is used on, and its phases.

A pose is ``(x, y, angle, near, scale, flow)``: the item's place in the scene (about
[-1, 1], y down), its rotation in degrees, how near the hand is, from 0 (away) to 1
(grips the item), how large the item looks (it grows towards the camera), and how much
pours out of it.
"""

from dataclasses import dataclass

import numpy as np

POSE_DIM = 6


@dataclass(frozen=True)
class Phase:
    """A move to a new pose; None leaves a value as it is.

    Args:
        name: Name of the phase.
        x: Where the item ends, from left to right.
        y: Where the item ends, from top to bottom.
        angle: Rotation of the item at the end, in degrees.
        near: How near the hand is at the end, from 0 to 1.
        scale: Size of the item at the end.
        flow: How much pours out during the whole phase, from 0 to 1.
        wave: Amplitudes ``(x, y, angle)`` of a swing around the path.
    """

    name: str
    x: float | None = None
    y: float | None = None
    angle: float | None = None
    near: float | None = None
    scale: float | None = None
    flow: float = 0.0
    wave: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Process:
    """An item, what it is used on, and what is done with it, in order.

    Args:
        name: Name of the action.
        start: Pose ``(x, y, angle)`` of the item before the first phase.
        grip: Where the hand holds the item, in the item's own coordinates.
        item: Outlines ``(n, 2)`` of the item, in its own coordinates.
        fixture: Outlines ``(n, 2)`` of what never moves, in scene coordinates.
        phases: At least 5 phases, in temporal order.
        look_alike: Names of two phases that run through the same poses, there and
            back.
        mouth: Where the item pours from, in its own coordinates.
    """

    name: str
    start: tuple[float, float, float]
    grip: tuple[float, float]
    item: tuple[np.ndarray, ...]
    fixture: tuple[np.ndarray, ...]
    phases: tuple[Phase, ...]
    look_alike: tuple[str, str]
    mouth: tuple[float, float] = (0.0, 0.0)

    @property
    def phase_names(self) -> list[str]:
        """Names of the phases, in temporal order."""
        return [phase.name for phase in self.phases]
