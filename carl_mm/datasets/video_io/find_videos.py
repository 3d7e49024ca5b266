"""The video files that a user means by a path."""

import os
from collections.abc import Iterable
from pathlib import Path

from carl_mm.datasets.video_io.image_folder import IMAGE_SUFFIXES

VIDEO_SUFFIXES = (
    *('.mp4', '.m4v', '.mov', '.3gp', '.mkv', '.webm', '.avi'),
    *('.ts', '.mts', '.m2ts', '.mpg', '.mpeg'),
)


def find_videos(paths: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """Replace folders by the videos in them and in their subfolders, sorted.

    A folder of numbered images that contains no video file is a video itself. A file is
    taken whatever its name is.

    Args:
        paths: Files and folders.

    Raises:
        FileNotFoundError: A path does not exist, or a folder contains no video.
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
                f'{path}: contains no video ({", ".join(VIDEO_SUFFIXES)}), '
                + (f'only {others} other files' if others else 'it is empty')
            )
        videos += found
    return videos


def list_files(
    folder: str | os.PathLike[str], suffixes: tuple[str, ...] = VIDEO_SUFFIXES
) -> list[Path]:
    """List the files with these suffixes in a folder and its subfolders, sorted.

    Args:
        folder: Folder to search; hidden files in it are left out.
        suffixes: Lower-case ends of file names; case is ignored.
    """
    return [
        path
        for path in sorted(Path(folder).rglob('*'))
        if path.name.lower().endswith(suffixes)
        and not path.name.startswith('.')
        and path.is_file()
    ]


def is_image_folder(folder: str | os.PathLike[str]) -> bool:
    """Whether a folder contains images, other than in its subfolders."""
    return any(path.suffix.lower() in IMAGE_SUFFIXES for path in Path(folder).iterdir())
