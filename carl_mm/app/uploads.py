"""Uploaded files are videos, or they are refused."""

import re
import shutil
from collections.abc import Collection
from pathlib import Path

from carl_mm.datasets.converters.folder import VIDEO_SUFFIXES
from carl_mm.datasets.video_io.open_video import VideoDecodeError, open_video

MAX_UPLOADS = 20
# Of QuickTime and MP4, what stands after the first box's size.
BOXES = (b'ftyp', b'moov', b'mdat', b'wide', b'free', b'skip', b'pnot')


def adopt_upload(
    path: Path, shown_name: str, folder: Path, taken: Collection[str]
) -> tuple[str, Path]:
    """Move an uploaded video to a folder under a safe name; a refused one is removed.

    Args:
        path: Of the file.
        shown_name: As the user called it; only for the name.
        folder: Where it goes.
        taken: Names that it must not get.

    Returns:
        Its name, and its file.

    Raises:
        ValueError: Not a video by its content.
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
    """Refuse what is not a video file of a known container, or holds no picture.

    The container is known by its first bytes before any decoder sees the file: a
    playlist, which is text, could send a decoder to other files and addresses.

    Raises:
        ValueError: Says so, under ``name``.
    """
    kinds = 'mp4, mov, m4v, mkv, webm or avi'
    with path.open('rb') as stream:
        if not _is_container(stream.read(12)):
            raise ValueError(f'{name}: not a video; upload {kinds}')
    try:
        open_video(path).read([0])
    except AttributeError as error:  # PyAV, of a header without a codec
        raise ValueError(f'{name}: not a video that can be read: damaged') from error
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
