"""When and how things happen in a synthetic video: phase lengths and poses."""

from collections.abc import Sequence

import numpy as np

from carl_mm.datasets.synthetic.process import POSE_DIM, Process

MIN_FRAMES, MAX_FRAMES = 60, 150
MIN_PHASE_FRAMES = 4
PHASE_CONCENTRATION = 0.6  # of the Dirichlet over phase lengths; smaller, less even
# How much a scripted value varies from video to video, in the pose's units.
KEY_POSE_SPREAD = np.array([0.07, 0.07, 8.0, 0.0, 0.1, 0.0])
FRAMES_PER_SWING = 12


def draw_phase_rows(process: Process, rng: np.random.Generator) -> list[list[int]]:
    """Draw how long each phase lasts.

    Args:
        process: Process whose phases these are.
        rng: Source of the draws; they come before all others of a video, so that a
            fresh generator gives the rows without rendering.

    Returns:
        Rows ``[first, last, label]``, both ends counted in; they cover every frame.
    """
    num_phases = len(process.phases)
    num_frames = int(rng.integers(MIN_FRAMES, MAX_FRAMES + 1))
    shares = rng.dirichlet(np.full(num_phases, PHASE_CONCENTRATION))
    spare = num_frames - num_phases * MIN_PHASE_FRAMES
    ends = np.floor(np.cumsum(shares) * spare + 1e-6).astype(int)
    ends += np.arange(1, num_phases + 1) * MIN_PHASE_FRAMES
    ends[-1] = num_frames
    firsts = [0, *ends[:-1].tolist()]
    return [
        [first, end - 1, label]
        for label, (first, end) in enumerate(zip(firsts, ends.tolist(), strict=True))
    ]


def draw_poses(
    process: Process, rows: Sequence[Sequence[int]], rng: np.random.Generator
) -> np.ndarray:
    """Play the script at an uneven speed, with places that vary between videos.

    Args:
        process: Process to play.
        rows: Rows that `draw_phase_rows` returns.
        rng: Source of the places, speeds and swings.

    Returns:
        ``(T, 6)`` poses, see `carl_mm.datasets.synthetic.process`.
    """
    key_poses = _draw_key_poses(process, rng)
    poses = np.empty((rows[-1][1] + 1, POSE_DIM))
    for phase, row in zip(process.phases, rows, strict=True):
        first, last, label = row
        num_frames = last - first + 1
        done = _draw_progress(num_frames, rng)[:, None]
        start, end = key_poses[label], key_poses[label + 1]
        poses[first : last + 1] = start + done * (end - start)
        cycles = max(1.0, num_frames / FRAMES_PER_SWING) * rng.uniform(0.8, 1.2)
        turns = 2 * np.pi * cycles * done[:, 0]
        # The swing fades out at the phase's ends, where its neighbours take over.
        fade = np.minimum(1, 8 * done[:, 0] * (1 - done[:, 0]))
        swing = np.stack([np.sin(turns), np.cos(turns), np.sin(turns)], axis=1)
        swing *= np.array(phase.wave) * fade[:, None]
        poses[first : last + 1, :3] += swing
        poses[first : last + 1, 5] = phase.flow
    return poses


def _draw_key_poses(process: Process, rng: np.random.Generator) -> np.ndarray:
    """Return ``(C + 1, 6)`` poses at the ends of the C phases.

    Each value of the script is moved a little, but equal values stay equal: what
    returns to a place returns exactly.
    """
    pose = np.array([*process.start, 0.0, 1.0, 0.0])
    script = [pose]
    for phase in process.phases:
        targets = (phase.x, phase.y, phase.angle, phase.near, phase.scale, None)
        pose = np.array(
            [
                old if new is None else new
                for old, new in zip(pose, targets, strict=True)
            ]
        )
        script.append(pose)
    key_poses = np.stack(script)
    for values, spread in zip(key_poses.T, KEY_POSE_SPREAD, strict=True):
        for value in np.unique(values):
            values[values == value] = value + spread * rng.uniform(-1, 1)
    return key_poses


def _draw_progress(num_frames: int, rng: np.random.Generator) -> np.ndarray:
    """Return ``(n,)`` values that rise to 1 at a varying speed."""
    knots = np.exp(rng.normal(0, 0.7, 6))
    speed = np.interp(np.linspace(0, 5, num_frames), np.arange(6), knots)
    progress: np.ndarray = np.cumsum(speed) / speed.sum()
    return progress
