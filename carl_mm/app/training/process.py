"""The process that trains, seen from the server."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

LOOK_EVERY_S = 1.0
MAX_REASON = 1000  # characters


class TrainingProcess:
    """A process of `carl_mm.app.training`, which ends with this one.

    Args:
        arguments: Its command line.
        on_end: Called when it has ended by itself: with None, or what it said last.
        on_look: Called about every second while it runs.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        on_end: Callable[[str | None], object],
        on_look: Callable[[], object],
    ) -> None:
        self._on_end, self._on_look = on_end, on_look
        self._started, self._is_asked_to_end = time.monotonic(), False
        self._process = subprocess.Popen(
            [sys.executable, '-m', 'carl_mm.app.training', *arguments],
            stdin=subprocess.PIPE,  # is closed with this process, however that ends
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        threading.Thread(target=self._watch, daemon=True).start()

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    @property
    def seconds(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self._started

    def end(self) -> None:
        """End it now. Whatever it is writing appears whole or not at all."""
        self._is_asked_to_end = True
        if self.is_running:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _watch(self) -> None:
        last: deque[bytes] = deque(maxlen=20)
        assert self._process.stderr is not None
        reader = threading.Thread(
            target=last.extend, args=(self._process.stderr,), daemon=True
        )
        reader.start()
        while self.is_running:
            time.sleep(LOOK_EVERY_S)
            self._on_look()
        reader.join(5)
        if self._is_asked_to_end:
            return
        code = self._process.returncode
        if code == 0:
            self._on_end(None)
            return
        lines = [line.decode(errors='replace').strip() for line in last]
        said = [line for line in lines if line]
        self._on_end(said[-1][:MAX_REASON] if said else f'it ended with status {code}')
