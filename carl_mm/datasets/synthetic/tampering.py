"""Synthetic videos with one phase tampered with, to try deviations on."""

from dataclasses import dataclass, replace

import numpy as np

from carl_mm.datasets.synthetic.motion import draw_phase_rows, draw_poses
from carl_mm.datasets.synthetic.process import Process
from carl_mm.datasets.synthetic.scene import draw_scene, render_frame
from carl_mm.datasets.synthetic.scripted_processes import PROCESSES
from carl_mm.datasets.synthetic.video import render_video

KINDS = ('skipped', 'reversed', 'foreign motion', 'foreign video')
CUT_MARGIN = 5  # frames on either side of a skip that count as tampered


@dataclass(frozen=True)
class TamperedVideo:
    """A video and what was done to it.

    Attributes:
        frames: ``(T, H, W, 3)`` uint8 RGB.
        tampered: ``(T,)`` bool; where a phase was skipped, the 5 frames on either side
            of the cut.
        kind: Kind of tampering, one of `KINDS`.
        phase: Name of the phase tampered with.
    """

    frames: np.ndarray
    tampered: np.ndarray
    kind: str
    phase: str


def render_tampered_video(
    process: Process, kind: str, rng: np.random.Generator, size: int = 64
) -> TamperedVideo:
    """Draw a video in which one phase, chosen at random, goes wrong.

    It is neither the first nor the last phase, so that a skip has two sides, and a
    reversed phase does not merely swing around a place, which would look the same.

    Args:
        process: One of `PROCESSES`.
        kind: 'skipped' cuts out the phase's frames; 'reversed' plays them backwards;
            'foreign motion' lets the item move, in the same scene, as in a phase of
            another process; 'foreign video' shows part of a video of another process
            instead.
        rng: Source of the draws.
        size: Width and height of the frames, in pixels.

    Raises:
        ValueError: The kind is unknown.
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
    """Return the poses of another process's phase, moved to where this one begins."""
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
    """Return consecutive frames of a video of another process."""
    frames = np.stack(list(render_video(other, rng, size)[0]))
    start = rng.integers(max(1, len(frames) - num_frames + 1))
    inds = np.minimum(start + np.arange(num_frames), len(frames) - 1)
    foreign: np.ndarray = frames[inds]
    return foreign
