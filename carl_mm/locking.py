"""Locks: one writer at a time, and a message that names the other one."""

import errno
import os
import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

LOCK_NAME = '.carl_mm.lock'  # in a folder that one process writes
CONTENTION = (errno.EACCES, errno.EAGAIN)
_held: set[tuple[int, str]] = set()  # by process: a fork does not inherit a lock


class LockedError(OSError):
    """Another process is writing there; the message names it."""


@contextmanager
def lock_folder(folder: str | os.PathLike[str], remedy: str) -> Iterator[None]:
    """Be the only process that writes into a folder; see `lock_file`.

    The folder is made, and has a file `.carl_mm.lock` meanwhile.
    """
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    with lock_file(path / LOCK_NAME, f'{path}: another process', remedy):
        yield


@contextmanager
def lock_beside(path: Path, remedy: str) -> Iterator[None]:
    """Be the only process that makes a file; see `lock_file`.

    Its folder is made, and has a file `.NAME.lock` meanwhile.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.with_name(f'.{path.name}.lock')
    with lock_file(lock, f'{path}: another process', remedy):
        yield


@contextmanager
def lock_file(path: Path, what: str, remedy: str) -> Iterator[None]:
    """Hold a lock of the kernel, which ends with the process, however that ends.

    Where a file system or a system has no locks, a warning says so, and nothing is
    locked. A process that holds it already goes on.

    Args:
        path: File to lock; it tells who holds it, and is removed at the end.
        what: Beginning of the message, as 'work: another process'.
        remedy: What to do where another process holds it.

    Raises:
        LockedError: Another process holds it; names its number, computer and start.
        OSError: The file cannot be written.
    """
    key = os.getpid(), os.path.realpath(path)
    if key in _held:  # to open it once more would, at the end, let go of the lock
        yield
        return
    with _locked_stream(path, what, remedy) as stream:
        since = datetime.now().astimezone().isoformat(' ', 'seconds')
        owner = f'process {os.getpid()} on {socket.gethostname()} since {since}\n'
        with suppress(OSError):  # a full disk: it is locked all the same
            stream.truncate(0)
            os.write(stream.fileno(), owner.encode())
        _held.add(key)
        try:
            yield
        finally:
            _held.remove(key)
            path.unlink(missing_ok=True)  # while it is locked: see below


def _locked_stream(path: Path, what: str, remedy: str) -> IO[str]:
    while True:
        stream = path.open('a+')
        if not _try_to_lock(stream, path):
            with stream:
                stream.seek(0)
                owner = stream.read().strip() or 'which has not told its number yet'
            message = f'{what} is writing it ({owner}); {remedy}'
            raise LockedError(errno.EAGAIN, message)
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(stream.fileno()), path.stat()):
                return stream
        stream.close()  # its holder removed it after it was opened: take the new one


def _try_to_lock(stream: IO[str], path: Path) -> bool:
    """Return whether no other process holds it.

    Not `flock`, which filelock takes: processes that load data inherit it, and live on
    for seconds after the one that started them was killed.
    """
    if fcntl is None:
        return True
    try:
        fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in CONTENTION:
            return False
        warnings.warn(
            f'{path}: cannot be locked here ({error.strerror}), so take care that no '
            'other process writes there',
            stacklevel=2,
        )
    return True
