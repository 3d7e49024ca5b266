"""Videos that are written for the user, one at a time."""

import dataclasses
import functools
import queue
import shutil
import threading
import traceback
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from carl_mm.apis.cli import describe

MAX_KEPT = 20  # exports whose files stay
MAX_WAITING = 20

# Writes a file, telling each share that is done.
Write = Callable[[Path, Callable[[float], Any]], Any]


@dataclasses.dataclass
class Export:
    """A video that is being written.

    Attributes:
        id: Its name in addresses, which nobody guesses.
        filename: Name that its file has for the user.
        state: 'waiting', 'running', 'done' or 'failed'.
        share: Share that is done, in [0, 1].
        error: Why it failed, in one line; empty if it did not.
    """

    id: str
    filename: str
    state: str = 'waiting'
    share: float = 0.0
    error: str = ''


class Exports:
    """Writes videos in a thread, one after the other.

    Args:
        folder: Folder of the files, which is emptied: those of a server before are of
            no use. Only the last 20 files are kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        self._all: dict[str, Export] = {}
        self._waiting: queue.Queue[tuple[Export, Write]] = queue.Queue(MAX_WAITING)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self, filename: str, write: Write) -> str:
        """Write a file as soon as those before it are written.

        Args:
            filename: Name that the file has for the user, with its ending.
            write: Function that writes it.

        Returns:
            The export's id.

        Raises:
            ValueError: Too many are waiting.
        """
        export = Export(uuid.uuid4().hex, filename)
        with self._lock:
            try:
                self._waiting.put_nowait((export, write))
            except queue.Full:
                raise ValueError(
                    f'{MAX_WAITING} videos are waiting to be written; wait for some'
                ) from None
            self._all[export.id] = export
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()
        return export.id

    def state(self, export_id: str) -> dict[str, Any]:
        """Return ``state``, ``share``, ``error`` and ``filename`` of an export.

        Raises:
            ValueError: There is no such export.
        """
        return dataclasses.asdict(self._find(export_id))

    def file(self, export_id: str) -> tuple[Path, str]:
        """Return the file of an export that is done, and its name for the user.

        Raises:
            ValueError: There is no such export, or it is not done.
        """
        export = self._find(export_id)
        if export.state != 'done':
            why = export.error or f'is {export.state}; wait until it is done'
            raise ValueError(f'{export.filename}: {why}')
        return self._path(export), export.filename

    def _find(self, export_id: str) -> Export:
        with self._lock:
            if export_id not in self._all:
                raise ValueError(
                    f'there is no such export; only the last {MAX_KEPT} are kept: '
                    'export it again'
                )
            return self._all[export_id]

    def _path(self, export: Export) -> Path:
        return self.folder / f'{export.id}{Path(export.filename).suffix}'

    def _work(self) -> None:
        while True:
            export, write = self._waiting.get()
            self._remove_old()
            export.state = 'running'
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                write(self._path(export), functools.partial(_add, export))
                export.share, export.state = 1.0, 'done'
            except (ValueError, OSError) as error:
                export.error, export.state = describe(error), 'failed'
            except Exception:  # the thread must live; the page cannot be told more
                traceback.print_exc()
                export.error = 'failed inside the server; its log says why'
                export.state = 'failed'

    def _remove_old(self) -> None:
        with self._lock:
            over = [e for e in self._all.values() if e.state in ('done', 'failed')]
            for export in over[: len(over) - MAX_KEPT + 1]:
                del self._all[export.id]
                self._path(export).unlink(missing_ok=True)


def _add(export: Export, share: float) -> None:
    export.share = min(1.0, export.share + share)
