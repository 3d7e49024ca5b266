"""Files that appear only when whole."""

import csv
import errno
import io
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO, Any


def atomic_write(path: Path, write: Callable[[IO[bytes]], Any]) -> None:
    """Make a file, and its folder, by ``write``; interrupted, leave the old one.

    Raises:
        OSError: The disk is full, say; names the file.
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
    r"""Write text as UTF-8, see `atomic_write`.

    A byte of a file name that is no text becomes ``\udcff``, say.
    """
    content = text.encode(errors='backslashreplace')
    atomic_write(path, lambda stream: stream.write(content))


def atomic_write_csv(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Write a table as CSV, see `atomic_write`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator='\n')
    writer.writerow(header)
    writer.writerows(rows)
    atomic_write_text(path, text.getvalue())
