"""Which files a user means by a path."""

import os
from collections.abc import Iterable
from pathlib import Path

from carl_mm.datasets.converters.folder import VIDEO_SUFFIXES
from carl_mm.datasets.video_io.image_folder import IMAGE_SUFFIXES


def find_videos(paths: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """Replace folders by the videos in them and in their subfolders, sorted.

    A folder of numbered images without a video is itself one. A file is taken
    whatever its name is.

    Raises:
        FileNotFoundError: No such file or folder, or a folder without a video.
    """
    videos: list[Path] = []
    for path in map(Path, paths):
        if not path.exists():
            raise FileNotFoundError(f'{path}: no such file or folder')
        if not path.is_dir():
            videos.append(path)
            continue
        found = list_files(path)
        if not found and is_image_folder(path):
            found = [path]
        if not found:
            others = sum(file.is_file() for file in path.rglob('*'))
            raise FileNotFoundError(
                f'{path}: holds no video ({", ".join(VIDEO_SUFFIXES)}), '
                + (f'only {others} other files' if others else 'it is empty')
            )
        videos += found
    return videos


def list_files(
    folder: str | os.PathLike[str], suffixes: tuple[str, ...] = VIDEO_SUFFIXES
) -> list[Path]:
    """Return the files with these endings in a folder and its subfolders, sorted.

    Hidden files are left out.
    """
    return [
        path
        for path in sorted(Path(folder).rglob('*'))
        if path.name.lower().endswith(suffixes)
        and not path.name.startswith('.')
        and path.is_file()
    ]


def is_image_folder(folder: str | os.PathLike[str]) -> bool:
    """Whether images lie in it, not in its subfolders."""
    return any(path.suffix.lower() in IMAGE_SUFFIXES for path in Path(folder).iterdir())
