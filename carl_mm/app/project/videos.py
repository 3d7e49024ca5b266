"""What the work needs of the library of videos."""

from pathlib import Path
from typing import Protocol

import numpy as np

from carl_mm.apis import VideoEmbedding
from carl_mm.datasets.video_io.open_video import open_video


class Videos(Protocol):
    """The face of the library of videos."""

    @property
    def names(self) -> list[str]:
        """Names of the videos that have embeddings."""

    def video(self, name: str) -> VideoEmbedding:
        """Return a video's embeddings, or raise a ValueError."""

    def path(self, name: str) -> Path:
        """Return a video's file, or raise a ValueError."""


def timestamps(library: Videos, name: str) -> np.ndarray:
    """Return when the frames of a video begin to be shown, ``(T,)`` in seconds.

    The file is opened where the video has no embeddings yet.

    Raises:
        ValueError: There is no such video.
    """
    try:
        return library.video(name).timestamps
    except ValueError:
        return open_video(library.path(name)).timestamps


def num_frames(library: Videos, name: str) -> int:
    """Return the number of frames of a video; see `timestamps`."""
    return len(timestamps(library, name))
