"""Videos that repeat a scripted process, with pauses and at changing speed."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from carl_mm.datasets.synthetic.motion import draw_phase_rows, draw_poses
from carl_mm.datasets.synthetic.process import Process
from carl_mm.datasets.synthetic.scene import draw_scene, render_frame

FEWEST, MOST = 3, 10  # repetitions
FASTEST, SLOWEST = 0.5, 2.0  # length of a repetition, of the usual one
UNEVEN = 1.25  # by which factor a phase may differ beside
PAUSED = 0.6  # share of the repetitions after which there is a pause
LONGEST_PAUSE = 90  # frames
RETURN = (4, 10)  # frames from the last pose to the first one
CUT_OFF = 0.4  # share of the loops that begin, or end, in a repetition
LONGEST_PART = 0.45  # of a repetition that is cut off
SHORTEST_FRAMES = 6


@dataclass(frozen=True, eq=False)
class Loop:
    """A video that repeats a process.

    Attributes:
        poses: Poses of the frames, ``(T, 6)``.
        spans: First and last frame of each whole repetition.
        scene: Generator of the scene and of the frames' noise.
        process: Process that is repeated.
    """

    poses: np.ndarray
    spans: list[tuple[int, int]]
    scene: np.random.Generator
    process: Process

    def frames(self, size: int = 64) -> Iterator[np.ndarray]:
        """Yield the frames ``(size, size, 3)``, uint8 RGB."""
        scene = draw_scene(self.process, self.scene, size)
        for pose in self.poses:
            yield render_frame(scene, pose, self.scene)


def draw_loop(process: Process, seed: int) -> Loop:
    """Draw a loop; equal seeds give equal loops.

    The places, the lengths of the phases and the speed within them differ from one
    repetition to the next.
    """
    rng, scene = (np.random.default_rng([seed, part]) for part in range(2))
    base = draw_phase_rows(process, rng)
    count = int(rng.integers(FEWEST, MOST + 1))
    pieces: list[np.ndarray] = []
    spans = []
    if rng.uniform() < CUT_OFF:
        one = _repetition(process, base, rng)
        pieces += [one[-int(rng.uniform(0.1, LONGEST_PART) * len(one)) :]]
    for _ in range(count):
        one = _repetition(process, base, rng)
        _join(pieces, one, rng)
        first = sum(map(len, pieces))
        spans.append((first, first + len(one) - 1))
        pieces.append(one)
    if rng.uniform() < CUT_OFF:
        one = _repetition(process, base, rng)
        _join(pieces, one, rng)
        pieces.append(one[: int(rng.uniform(0.1, LONGEST_PART) * len(one))])
    else:
        _pause(pieces, rng)
    return Loop(np.concatenate(pieces), spans, scene, process)


def _repetition(
    process: Process, base: list[list[int]], rng: np.random.Generator
) -> np.ndarray:
    speed = np.exp(rng.uniform(np.log(FASTEST), np.log(SLOWEST)))
    rows, frame = [], 0
    for first, last, label in base:
        uneven = np.exp(rng.uniform(-np.log(UNEVEN), np.log(UNEVEN)))
        length = max(SHORTEST_FRAMES // 2, round((last - first + 1) * speed * uneven))
        rows.append([frame, frame + length - 1, label])
        frame += length
    return draw_poses(process, rows, rng)


def _join(pieces: list[np.ndarray], to: np.ndarray, rng: np.random.Generator) -> None:
    """Pause, or not, and go back to where the next repetition begins."""
    if not pieces:
        pieces.append(np.repeat(to[:1], int(rng.integers(0, LONGEST_PAUSE // 2)), 0))
        return
    done = np.linspace(0, 1, int(rng.integers(RETURN[0], RETURN[1] + 1)))[:, None]
    pieces.append(pieces[-1][-1] + done * (to[0] - pieces[-1][-1]))
    _pause(pieces, rng)


def _pause(pieces: list[np.ndarray], rng: np.random.Generator) -> None:
    if rng.uniform() < PAUSED:
        length = int(rng.integers(5, LONGEST_PAUSE))
        pieces.append(np.repeat(pieces[-1][-1:], length, 0))
