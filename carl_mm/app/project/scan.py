"""Which of a folder's videos are shown."""

import os
from pathlib import Path

from carl_mm.datasets.video_io.find_videos import (
    IMAGES_BESIDE,
    list_image_folders,
    list_videos,
)

LEADS_OUT = 'is a link that leads out of the folder'


def scan(
    folder: str | os.PathLike[str],
) -> tuple[Path, dict[str, Path], dict[str, str]]:
    """Find a folder's videos.

    Args:
        folder: Folder of videos, searched with its subfolders.

    Returns:
        The resolved folder, its videos by name, and why others are left out.

    Raises:
        FileNotFoundError: There is no such folder, or no video in it.
    """
    root = Path(folder).resolve()
    if not root.is_dir():
        raise FileNotFoundError(f'{folder}: no such folder of videos')
    found = {path.relative_to(root).as_posix(): path for path in list_videos(root)}
    left_out = {
        name: LEADS_OUT for name, path in found.items() if _leads_out(path, root)
    }
    inside = {name: path for name, path in found.items() if name not in left_out}
    if not inside:
        raise FileNotFoundError(f'{folder}: contains no video')
    if root in inside.values():
        raise FileNotFoundError(
            f'{folder}: is one video, a folder of images; give the folder it is in'
        )
    if any(path.is_file() for path in found.values()):
        for path in list_image_folders(root):
            left_out[path.relative_to(root).as_posix()] = IMAGES_BESIDE
    return root, inside, left_out


def _leads_out(video: Path, root: Path) -> bool:
    """Whether a file, or one of a folder of images, is outside the root."""
    files = [video]
    if video.is_dir():
        files += [path for path in video.iterdir() if path.is_symlink()]
    return not all(file.resolve().is_relative_to(root) for file in files)
