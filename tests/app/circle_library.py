"""A library whose embeddings are made by hand."""

from pathlib import Path

import numpy as np

from carl_mm.apis import VideoEmbedding
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.conftest import moving_square


def with_files(lengths, folder):
    """A library of videos of these numbers of frames, whose files are there."""
    made = CircleLibrary(**{n: np.linspace(0, 110, k) for n, k in lengths.items()})
    made.folder = folder
    for name, length in lengths.items():
        write_mp4(folder / name, moving_square(length, 32), 10)
    return made


class CircleLibrary:
    """Videos on a circle: a frame is where its video is at that time."""

    def __init__(self, **paths):
        self.videos = {}
        self.folder = Path('/nowhere')
        for name, angles in paths.items():
            self.add(name, angles)

    def add(self, name, angles):
        angle = np.deg2rad(np.asarray(angles, float))
        rows = np.stack([np.cos(angle), np.sin(angle)], 1).astype(np.float32)
        times = np.arange(len(angle)) / 10
        self.videos[name] = VideoEmbedding(name, rows, times, 10.0)

    @property
    def names(self):
        return sorted(self.videos)

    def video(self, name):
        if name not in self.videos:
            raise ValueError(f'{name}: has no embeddings yet')
        return self.videos[name]

    def path(self, name):
        if name not in self.videos:
            raise ValueError(f'{name!r}: no such video in the folder')
        return self.folder / name
