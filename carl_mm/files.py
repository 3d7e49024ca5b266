"""Files: written whole or not at all, and how to tell that one has changed."""

import errno
import hashlib
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from carl_mm.tables import csv_text

BLOCK = 2**20  # bytes that are read at once
LISTED = b'PK\x01\x02'  # before each entry of the list of a zip archive
MAX_NAME_BYTES = 255  # of a name of a file
FOLDER = 0x10  # among the attributes of an entry of a zip archive


def atomic_write(path: Path, write: Callable[[IO[bytes]], Any]) -> None:
    """Write a file that appears only when it is whole; until then the old one stays.

    It is on the disk before it takes the old one's place, also if the power fails.

    Args:
        path: File to write; its folder is made.
        write: Function that writes the content to the stream it is given.

    Raises:
        OSError: The file cannot be written, because the disk is full, say; names it.
    """
    with atomic_path(path) as part, part.open('wb') as stream:
        write(stream)


@contextmanager
def atomic_path(path: Path, ending: str = '') -> Iterator[Path]:
    """Give a name to write to; that file takes its place once it is whole.

    Args:
        path: File to write; its folder is made.
        ending: End of the name to write to, for writers that look at it.

    Yields:
        A file beside it, which is gone at the end.

    Raises:
        OSError: As `atomic_write`.
    """
    end = f'.{os.getpid()}.part{ending}'
    # What is added must not make it too long; 80 Chinese letters nearly fill a name.
    name = os.fsencode(path.name.removesuffix(ending))[: MAX_NAME_BYTES - len(end) - 1]
    part = path.with_name(f'.{name.decode(errors="ignore")}{end}')
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        _sync(part)
        part.replace(path)
        with suppress(OSError):  # file systems that cannot do this to a folder
            _sync(path.parent)
    except (OSError, RuntimeError) as error:
        # torch.save finds its archive unfinished, and says that instead.
        reason = error if isinstance(error, OSError) else error.__context__
        if not isinstance(reason, OSError):
            raise
        said = reason.strerror or str(reason)
        if reason.filename and os.fspath(reason.filename) != str(part):
            said = f'{reason.filename}: {said}'
        message = f'{path} cannot be written: {said}'
        raise OSError(reason.errno or errno.EIO, message) from error
    finally:
        with suppress(OSError):  # a folder that is a file, or cannot be written
            part.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def check_archive(path: Path) -> None:
    """Check every byte of a zip archive, such as a checkpoint, by its checksums.

    It reads a gigabyte in less than a second from memory, and holds a megabyte.

    Args:
        path: File to check. If no entry has a checksum (torch can leave them out),
            there is nothing to check by.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is damaged or cut off; says where.
    """
    with path.open('rb') as file:
        try:
            _read_entries(file)
        except Exception as error:  # damaged bytes fail in whatever way
            raise ValueError(f'{path}: damaged or cut off ({error})') from error


def _read_entries(file: IO[bytes]) -> None:
    """Read all entries of a zip archive, which compares them with their checksums."""
    with zipfile.ZipFile(file) as archive:
        check_names(archive)
        if not any(entry.CRC for entry in archive.infolist()):
            return
        for entry in archive.infolist():
            # Of a folder torch's reader would give memory that nobody wrote to.
            if entry.file_size and entry.external_attr & FOLDER:
                raise ValueError(f'{entry.filename} is marked as a folder')
            with archive.open(entry) as stream:
                while stream.read(BLOCK):
                    pass


def check_names(archive: zipfile.ZipFile) -> None:
    """Check that an archive's list of entries is whole: it has no checksum.

    A single byte, the length of a comment, can hide the entries that follow.

    Raises:
        ValueError: An entry is hidden.
    """
    file: Any = archive.fp
    file.seek(archive.start_dir)
    listed, found = file.read().count(LISTED), len(archive.infolist())
    if listed != found:
        raise ValueError(f'{listed} entries are listed, {found} can be seen')


def atomic_write_text(path: Path, text: str) -> None:
    r"""Write text as UTF-8; see `atomic_write`.

    A byte of a file name that is not text is written as an escape like ``\udcff``.
    """
    content = text.encode(errors='backslashreplace')
    atomic_write(path, lambda stream: stream.write(content))


def atomic_write_csv(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Write a table as `csv_text`; see `atomic_write`."""
    atomic_write_text(path, csv_text(header, rows))


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
        while block := stream.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
