"""Ten videos to try the page on, made on this machine."""

import subprocess
import sys
from pathlib import Path

from carl_mm.apis.shipped_files import shipped
from carl_mm.datasets.video_io.indexing.index_cache import cache_folder

NUM_VIDEOS = 10
SIZE = 96  # pixels


def example_folder() -> Path:
    """Return the folder of the example's data, in the user's cache folder.

    Raises:
        RuntimeError: There is no home.
    """
    return cache_folder() / 'example'


class ExampleVideos:
    """The example's videos, ten of one process, made by a process of its own.

    Args:
        folder: Where they lie, in ``videos``; what is there already is kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.videos_dir = folder, folder / 'videos'
        self._making: subprocess.Popen[str] | None = None

    @property
    def num_made(self) -> int:
        """Number of videos that are there."""
        return len(list(self.videos_dir.glob('[!.]*.mp4')))

    def make(self) -> Path:
        """Make those that are not there; return their folder.

        Raises:
            OSError: They cannot be made; says why.
        """
        # The annotations are written when all videos are there.
        if (self.folder / 'annotations.json').is_file() and self.num_made == NUM_VIDEOS:
            return self.videos_dir
        command = [sys.executable, str(shipped('tools') / 'make_synthetic_videos.py')]
        numbers = {'num-train': NUM_VIDEOS, 'num-test': 0, 'size': SIZE, 'workers': 1}
        for name, value in numbers.items():
            command += [f'--{name}', str(value)]
        self._making = subprocess.Popen(
            [*command, '--out', str(self.folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        _, said = self._making.communicate()
        if self._making.returncode:
            last = (said.strip().splitlines() or ['ended'])[-1]
            raise OSError(f'{self.folder}: the example videos were not made: {last}')
        return self.videos_dir

    def close(self) -> None:
        """End making them; what is made is used the next time."""
        if self._making is not None:
            self._making.kill()
