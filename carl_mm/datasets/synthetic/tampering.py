"""Synthetic videos in which one phase was tampered with, to try deviations on."""

from dataclasses import dataclass, replace

import numpy as np

from carl_mm.datasets.synthetic.motion import draw_phase_rows, draw_poses
from carl_mm.datasets.synthetic.processes import PROCESSES
from carl_mm.datasets.synthetic.scene import draw_scene, render_frame
from carl_mm.datasets.synthetic.script import Process
from carl_mm.datasets.synthetic.video import render_video

KINDS = ('skipped', 'reversed', 'foreign motion', 'foreign video')
CUT_MARGIN = 5  # frames on either side of a skip that count as tampered


@dataclass(frozen=True)
class TamperedVideo:
    """A video and what was done to it.

    Attributes:
        frames: ``(T, H, W, 3)`` uint8 RGB.
        tampered: ``(T,)`` bool; of a skip the 5 frames on either side of the cut.
        kind: One of `KINDS`.
        phase: Name of the phase.
    """

    frames: np.ndarray
    tampered: np.ndarray
    kind: str
    phase: str


def render_tampered_video(
    process: Process, kind: str, rng: np.random.Generator, size: int = 64
) -> TamperedVideo:
    """Draw a video of which one phase, drawn at random, goes wrong.

    Neither the first nor the last phase is chosen, so that a skip has two sides, and
    none that is reversed only swings about a place: it would look the same.

    Args:
        process: One of `PROCESSES`.
        kind: 'skipped', the phase's frames are cut out; 'reversed', they run
            backward; 'foreign motion', in their stead the item moves, in the same
            scene, as in a phase of another process; 'foreign video', in their stead
            stands a phase of a video of another process.
        rng: For all of it.
        size: Of the frames, in pixels a side.

    Raises:
        ValueError: An unknown kind.
    """
    if kind not in KINDS:
        raise ValueError(f'kind must be one of {KINDS}, got {kind!r}')
    rows = draw_phase_rows(process, rng)
    poses = draw_poses(process, rows, rng)
    scene = draw_scene(process, rng, size)
    inner = list(range(1, len(rows) - 1))
    if kind == 'reversed':
        inner = [index for index in inner if _moves(process, index)]
    label = int(rng.choice(inner))
    first, end = rows[label][0], rows[label][1] + 1
    before, inside, after = np.split(poses, [first, end])
    tampered = np.zeros(len(poses), dtype=bool)
    tampered[first:end] = True
    other = _draw_other(process, rng)
    if kind == 'skipped':
        inside = inside[:0]
        tampered = np.zeros(len(before) + len(after), dtype=bool)
        tampered[max(0, first - CUT_MARGIN) : first + CUT_MARGIN] = True
    elif kind == 'reversed':
        inside = inside[::-1]
    elif kind == 'foreign motion':
        inside = _foreign_poses(other, len(inside), inside[0], rng)
    poses = np.concatenate([before, inside, after])
    frames = np.stack([render_frame(scene, pose, rng) for pose in poses])
    if kind == 'foreign video':
        frames[first:end] = _foreign_frames(other, end - first, rng, size)
    return TamperedVideo(frames, tampered, kind, process.phases[label].name)


def _moves(process: Process, index: int) -> bool:
    phase = process.phases[index]
    return replace(phase, flow=0.0, wave=(0.0, 0.0, 0.0)) != type(phase)(phase.name)


def _draw_other(process: Process, rng: np.random.Generator) -> Process:
    others = [other for other in PROCESSES if other.name != process.name]
    return others[rng.integers(len(others))]


def _foreign_poses(
    other: Process, num_frames: int, start: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Poses of one phase of another process, carried to where this one begins."""
    moving = [i for i in range(1, len(other.phases)) if _moves(other, i)]
    label = int(rng.choice(moving))
    rows = [
        [index * num_frames, (index + 1) * num_frames - 1, index]
        for index in range(len(other.phases))
    ]
    poses = draw_poses(other, rows, rng)[label * num_frames :][:num_frames]
    poses[:, :3] += start[:3] - poses[0, :3]
    return poses


def _foreign_frames(
    other: Process, num_frames: int, rng: np.random.Generator, size: int
) -> np.ndarray:
    """Consecutive frames of a video of another process."""
    frames = np.stack(list(render_video(other, rng, size)[0]))
    start = rng.integers(max(1, len(frames) - num_frames + 1))
    inds = np.minimum(start + np.arange(num_frames), len(frames) - 1)
    return frames[inds]
