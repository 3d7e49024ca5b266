"""One synthetic video: its name, its labels and its frames."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from carl_mm.datasets.synthetic.motion import draw_phase_rows, draw_poses
from carl_mm.datasets.synthetic.process import Process
from carl_mm.datasets.synthetic.scene import draw_scene, render_frame
from carl_mm.datasets.synthetic.scripted_processes import PROCESSES

FPS = 25
SPLITS = ('train', 'test')


@dataclass(frozen=True)
class VideoPlan:
    """A video to make; equal plans make equal files.

    Args:
        split: Split of the video, 'train' or 'test'.
        process: Index of the process in `PROCESSES`.
        index: Number of the video among those of its split and process.
        seed: Seed of the data set.
        size: Width and height of the frames, in pixels.
    """

    split: str
    process: int
    index: int
    seed: int
    size: int

    @property
    def filename(self) -> str:
        """Name of the file in the folder of videos."""
        return f'{PROCESSES[self.process].name}_{self.split}_{self.index:04d}.mp4'

    def rng(self) -> np.random.Generator:
        """Return the video's generator, which depends on no other video."""
        split = SPLITS.index(self.split)
        return np.random.default_rng([self.seed, split, self.process, self.index])

    def entry(self) -> dict[str, Any]:
        """Return the video's entry for annotations, without rendering the video."""
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
        rng: Source of its timing, look and camera.
        size: Width and height of the frames, in pixels.

    Returns:
        The frames ``(size, size, 3)``, uint8 RGB, drawn as they are asked for, and the
        phase rows ``[first, last, label]``.
    """
    rows = draw_phase_rows(process, rng)
    poses = draw_poses(process, rows, rng)
    scene = draw_scene(process, rng, size)
    return (render_frame(scene, pose, rng) for pose in poses), rows
