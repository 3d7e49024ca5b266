"""Who uploaded what, and how much more may be uploaded."""

import os
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from carl_mm.app.access.settings import UploadLimits


class QuotaError(ValueError):
    """No more may be uploaded."""


class Ledger:
    """The files that visitors uploaded.

    Args:
        received_dir: Folder that uploads come to.
        kept_dir: Folder that those which are videos are moved to.
        limits: How much may be uploaded.
    """

    def __init__(
        self, received_dir: Path, kept_dir: Path, limits: UploadLimits
    ) -> None:
        self.received_dir, self.kept_dir = received_dir.resolve(), kept_dir.resolve()
        self.limits = limits
        self._received: dict[str, set[Path]] = defaultdict(set)
        self._kept: dict[str, set[Path]] = defaultdict(set)
        self._coming: list[tuple[str, int]] = []  # visitor and size
        self._lock = threading.RLock()

    def owns(self, visitor: str, path: str) -> bool:
        """Whether a path, however written, is a file that this visitor uploaded.

        A file that was moved to the kept ones is none any more.
        """
        try:
            real = Path(os.path.realpath(path))
        except (OSError, ValueError):  # a NUL
            return False
        with self._lock:
            return real in self._received.get(visitor, ()) and real.is_file()

    @contextmanager
    def room(self, visitor: str, size: int) -> Iterator[None]:
        """Hold room for an upload that is coming.

        Args:
            visitor: Name of the visitor.
            size: Size of the upload, in bytes.

        Raises:
            QuotaError: It would be more than this visitor, or all, may upload.
        """
        with self._lock:
            self._check(visitor, 1, size)
            self._coming.append((visitor, size))
        try:
            yield
        finally:
            with self._lock:
                self._coming.remove((visitor, size))

    def note(self, visitor: str, paths: Iterable[str]) -> None:
        """Note files that have come; if they are too many, they are removed.

        Raises:
            QuotaError: They are more than this visitor, or all, may upload.
        """
        real = {Path(os.path.realpath(path)) for path in paths}
        with self._lock:
            new = {p for p in real if p.is_relative_to(self.received_dir)}
            new -= self._received[visitor]
            self._received[visitor] |= new
            try:
                self._check(visitor, 0, 0)
            except QuotaError:
                self._received[visitor] -= new
                self._remove(new)
                raise

    def keep(self, visitor: str, path: str, kept: Path) -> bool:
        """Note that a file was moved.

        Returns:
            Whether its visitor is still there. If not, nothing is noted, and nobody
            else removes the file.
        """
        with self._lock:
            if visitor not in self._received:
                return False
            self._received[visitor].discard(Path(os.path.realpath(path)))
            self._kept[visitor].add(kept)
            return True

    def leave(self, visitor: str) -> set[Path]:
        """Remove a visitor's files that were not kept; return those that were."""
        with self._lock:
            self._remove(self._received.pop(visitor, set()))
            return self._kept.pop(visitor, set())

    def _remove(self, paths: set[Path]) -> None:
        # Equal files of two visitors are one.
        others: set[Path] = set().union(*self._received.values())
        for path in paths - others:
            path.unlink(missing_ok=True)

    def _check(self, visitor: str, files: int, size: int) -> None:
        own = [*self._received.get(visitor, ()), *self._kept.get(visitor, ())]
        own_sizes = _sizes(own) + [n for name, n in self._coming if name == visitor]
        # By what is there, so that what broken uploads left counts too.
        there = [*_files_below(self.received_dir), *_files_below(self.kept_dir)]
        all_sizes = _sizes(there) + [n for _, n in self._coming]
        limits = self.limits
        for sizes, most_files, most_mb, who, option in (
            (own_sizes, limits.visitor_files, limits.visitor_mb, 'you', 'visitor'),
            (all_sizes, limits.total_files, limits.total_mb, 'all visitors', 'total'),
        ):
            count, total = len(sizes) + files, sum(sizes) + size
            if count > most_files or total > most_mb * 2**20:
                raise QuotaError(
                    f'No room: with this, {who} would have uploaded {count} files of '
                    f'{total / 2**20:.0f} MB; at most {most_files} of {most_mb} MB are '
                    f'kept (--{option}-quota). Those of a visitor who closes the page '
                    'are removed after a while.'
                )


def _files_below(folder: Path) -> list[Path]:
    walked = os.walk(folder)
    return [Path(root, name) for root, _, names in walked for name in names]


def _sizes(paths: Iterable[Path]) -> list[int]:
    sizes = []
    for path in paths:
        with suppress(FileNotFoundError):  # refused, or removed meanwhile
            sizes.append(path.stat().st_size)
    return sizes
