"""The video files that a user means by a path."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from carl_mm.datasets.video_io.image_folder import IMAGE_SUFFIXES

VIDEO_SUFFIXES = (
    *('.mp4', '.m4v', '.mov', '.3gp', '.3g2', '.mkv', '.webm', '.avi', '.divx'),
    *('.ts', '.mts', '.m2ts', '.mpg', '.mpeg', '.m2v', '.vob', '.mxf', '.dav'),
    *('.wmv', '.asf', '.flv', '.f4v', '.ogv', '.gif'),
)
IMAGES_BESIDE = 'is a folder of images beside video files; keep these apart to use it'
NUMBERED = re.compile(r'\d+$')


def find_videos(paths: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """Replace folders by the videos in them, sorted; a file is taken whatever its name.

    Args:
        paths: Files and folders; of a folder see `list_videos`.

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
        found = list_videos(path)
        if not found:
            others = len(list_files(path, ('',)))
            raise FileNotFoundError(
                f'{path}: contains no video ({", ".join(VIDEO_SUFFIXES)}), '
                + (f'only {others} other files' if others else 'it is empty')
            )
        videos += found
    return videos


def list_videos(folder: str | os.PathLike[str]) -> list[Path]:
    """List the videos in a folder and its subfolders, sorted.

    These are the video files. Where there is none, they are the folders of numbered
    images, the given folder among them; what lies below such a folder is left out.

    Args:
        folder: Folder to search, as `list_files` does.
    """
    return list_files(folder) or list_image_folders(folder)


def list_files(
    folder: str | os.PathLike[str], suffixes: tuple[str, ...] = VIDEO_SUFFIXES
) -> list[Path]:
    """List the files with these suffixes in a folder and its subfolders, sorted.

    Links to folders are followed, and each real folder is searched once: by a link only
    if there is no other way. What is hidden (a name that starts with a dot) is left
    out.

    Args:
        folder: Folder to search.
        suffixes: Lower-case ends of file names; case is ignored.
    """
    return sorted(
        path
        for inside, names in _walk(Path(folder))
        for path in (inside / name for name in names)
        if path.name.lower().endswith(suffixes) and path.is_file()
    )


def list_image_folders(folder: str | os.PathLike[str]) -> list[Path]:
    """List the outermost folders of numbered images, sorted; see `list_videos`.

    If there is none, and the folder itself has images, it is the only one.

    Args:
        folder: Folder to search, as `list_files` does.
    """
    found: set[Path] = set()
    for inside, names in _walk(Path(folder)):  # a folder comes before those below it
        if found.isdisjoint(inside.parents) and any(map(_is_numbered_image, names)):
            found.add(inside)
    if not found and os.path.isdir(folder) and is_image_folder(folder):
        return [Path(folder)]
    return sorted(found)


def is_image_folder(folder: str | os.PathLike[str]) -> bool:
    """Whether a folder contains images, other than in its subfolders."""
    return any(
        path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith('.')
        for path in Path(folder).iterdir()
    )


def _is_numbered_image(name: str) -> bool:
    stem, suffix = os.path.splitext(name)
    return suffix.lower() in IMAGE_SUFFIXES and NUMBERED.search(stem) is not None


def _walk(root: Path) -> Iterator[tuple[Path, list[str]]]:
    """Yield each real folder and the names of its files; nothing that is hidden."""
    waiting = [root]  # links wait until all has been seen that is no link
    seen = {str(path) for path in root.resolve().parents}  # a link up is a loop
    for start in waiting:
        for folder, folders, names in os.walk(start):
            real = os.path.realpath(folder)
            if real in seen:
                folders.clear()
                continue
            seen.add(real)
            folders[:] = sorted(name for name in folders if not name.startswith('.'))
            paths = (Path(folder) / name for name in folders)
            waiting += [path for path in paths if path.is_symlink()]
            yield Path(folder), [name for name in names if not name.startswith('.')]
