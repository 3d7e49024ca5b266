"""Files: written whole or not at all, and how to tell that one has changed."""

import csv
import errno
import hashlib
import io
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO, Any


def atomic_write(path: Path, write: Callable[[IO[bytes]], Any]) -> None:
    """Write a file that appears only when it is whole; until then the old one stays.

    Args:
        path: File to write; its folder is made.
        write: Function that writes the content to the stream it is given.

    Raises:
        OSError: The file cannot be written, because the disk is full, say; names it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f'.{path.name}.{os.getpid()}.part')
    try:
        with part.open('wb') as stream:
            write(stream)
        part.replace(path)
    except OSError as error:
        message = f'{path} cannot be written: {error.strerror or error}'
        raise OSError(error.errno or errno.EIO, message) from error
    finally:
        part.unlink(missing_ok=True)


def atomic_write_text(path: Path, text: str) -> None:
    r"""Write text as UTF-8; see `atomic_write`.

    A byte of a file name that is not text is written as an escape like ``\udcff``.
    """
    content = text.encode(errors='backslashreplace')
    atomic_write(path, lambda stream: stream.write(content))


def atomic_write_csv(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Write a table as CSV; see `atomic_write`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator='\n')
    writer.writerow(header)
    writer.writerows(rows)
    atomic_write_text(path, text.getvalue())


def path_seen_from(folder: str | os.PathLike[str], path: str | os.PathLike[str]) -> str:
    """Return how a file in a folder names another file.

    A path that was given relative to the working directory becomes relative to the
    folder: whoever reads the file need not know where the tool was run, and a folder
    that holds both can be moved. An absolute path stays as it is.

    Args:
        folder: Folder of the file that is written; it need not exist yet.
        path: Path as the user gave it.

    Returns:
        The path, with '/' between its parts.
    """
    given = Path(path)
    if given.is_absolute():
        return given.as_posix()
    # Not its real path: '..' would leave a linked folder for another than the link's.
    seen = os.path.relpath(os.path.abspath(given), os.path.realpath(folder))
    return Path(seen).as_posix()


def file_state(path: str | os.PathLike[str]) -> tuple[int, int]:
    """Return what tells cheaply whether a file has changed.

    Args:
        path: A file, or a folder that is a video, whose files count all together.

    Returns:
        Its size in bytes, and the time of its last change in nanoseconds.

    Raises:
        FileNotFoundError: There is no such file.
    """
    stats = [os.stat(path)]
    if os.path.isdir(path):
        with os.scandir(path) as entries:
            stats += [entry.stat() for entry in entries if entry.is_file()]
    return sum(s.st_size for s in stats), max(s.st_mtime_ns for s in stats)


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open('rb') as stream:
        while block := stream.read(2**20):
            digest.update(block)
    return digest.hexdigest()
