"""Uploaded files, which are refused unless they are videos."""

import re
import shutil
from collections.abc import Collection
from pathlib import Path

from carl_mm.datasets.video_io.find_videos import VIDEO_SUFFIXES
from carl_mm.datasets.video_io.open_video import VideoDecodeError, open_video

# Types of the first box of MP4 and QuickTime files, which follow its size.
BOXES = (b'ftyp', b'moov', b'mdat', b'wide', b'free', b'skip', b'pnot')


def adopt_upload(
    path: Path, shown_name: str, folder: Path, taken: Collection[str]
) -> tuple[str, Path]:
    """Move an uploaded video to a folder under a safe name; a refused one is removed.

    Args:
        path: The uploaded file.
        shown_name: Name that the user gave the file; the safe name resembles it.
        folder: Folder to move the file to.
        taken: Names that the video must not get.

    Returns:
        The video's name and its new path.

    Raises:
        ValueError: The file's content is not a video.
    """
    name = _free_name(shown_name, taken)
    try:
        check_video(path, name)
        folder.mkdir(parents=True, exist_ok=True)
        kept = folder / name
        shutil.move(path, kept)
    finally:
        path.unlink(missing_ok=True)
    return name, kept


def check_video(path: Path, name: str) -> None:
    """Check that a file is a video of a known container whose first frame decodes.

    The container is recognised by its first bytes before any decoder sees the file: a
    playlist, which is text, could send a decoder to other files and addresses.

    Args:
        path: File to check.
        name: Name for the file in messages.

    Raises:
        ValueError: The file is not such a video.
    """
    kinds = 'mp4, mov, m4v, mkv, webm or avi'
    with path.open('rb') as stream:
        if not _is_container(stream.read(12)):
            raise ValueError(f'{name}: not a video; upload {kinds}')
    try:
        open_video(path).read([0])
    except VideoDecodeError as error:
        reason = str(error).removeprefix(f'{path}: ')
        raise ValueError(f'{name}: not a video that can be read: {reason}') from error


def _is_container(start: bytes) -> bool:
    is_avi = start[:4] == b'RIFF' and start[8:12] == b'AVI '
    return start[4:8] in BOXES or start[:4] == b'\x1a\x45\xdf\xa3' or is_avi


def _free_name(shown_name: str, taken: Collection[str]) -> str:
    """Return a file name without folders or odd characters that is not taken."""
    plain = re.sub(r'[^\w.-]+', '_', re.split(r'[/\\]', shown_name)[-1]).lstrip('.')
    stem, suffix = Path(plain).stem[:80] or 'video', Path(plain).suffix.lower()
    if suffix not in VIDEO_SUFFIXES:
        suffix = '.mp4'
    name, number = f'uploaded_{stem}{suffix}', 2
    while name in taken:
        name, number = f'uploaded_{stem}_{number}{suffix}', number + 1
    return name
