"""One synthetic video: which it is, its labels, its frames."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from carl_mm.datasets.synthetic.motion import draw_phase_rows, draw_poses
from carl_mm.datasets.synthetic.processes import PROCESSES
from carl_mm.datasets.synthetic.scene import draw_scene, render_frame
from carl_mm.datasets.synthetic.script import Process

FPS = 25
SPLITS = ('train', 'test')


@dataclass(frozen=True)
class VideoPlan:
    """One video to make; equal plans give equal files.

    Args:
        split: 'train' or 'test'.
        process: Index into `PROCESSES`.
        index: Of the video in its split and process.
        seed: Of the data set.
        size: Of the frames, in pixels a side.
    """

    split: str
    process: int
    index: int
    seed: int
    size: int

    @property
    def filename(self) -> str:
        """In the folder of the videos."""
        return f'{PROCESSES[self.process].name}_{self.split}_{self.index:04d}.mp4'

    def rng(self) -> np.random.Generator:
        """Return the video's own stream, whatever other videos are made."""
        split = SPLITS.index(self.split)
        return np.random.default_rng([self.seed, split, self.process, self.index])

    def entry(self) -> dict[str, Any]:
        """Return the row of the annotation file, without rendering."""
        process = PROCESSES[self.process]
        rows = draw_phase_rows(process, self.rng())
        return {
            'filename': self.filename,
            'action': process.name,
            'split': self.split,
            'num_frames': rows[-1][1] + 1,
            'phases': rows,
        }


def render_video(
    process: Process, rng: np.random.Generator, size: int = 64
) -> tuple[Iterator[np.ndarray], list[list[int]]]:
    """Draw one video of a process.

    Args:
        process: One of `PROCESSES`.
        rng: For its timing, look and camera.
        size: Of the frames, in pixels a side.

    Returns:
        The frames, ``(size, size, 3)`` uint8 RGB each, drawn as they are asked for,
        and the phase rows ``[first, last, label]``.
    """
    rows = draw_phase_rows(process, rng)
    poses = draw_poses(process, rows, rng)
    scene = draw_scene(process, rng, size)
    return (render_frame(scene, pose, rng) for pose in poses), rows
