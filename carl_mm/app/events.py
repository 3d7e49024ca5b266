"""What has changed, told to all open pages."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Changes:
    """Wakes those who wait for a change; all methods may be called by any thread.

    Attributes:
        is_closed: Whether nobody is to wait any more, as the server ends.
    """

    def __init__(self) -> None:
        self.is_closed = False
        self._lock = threading.Lock()
        self._waiting: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}

    def tell(self) -> None:
        """Say that something has changed."""
        with self._lock:
            for event, loop in self._waiting.items():
                if not loop.is_closed():
                    loop.call_soon_threadsafe(event.set)

    def close(self) -> None:
        """Wake all who wait, for the last time."""
        self.is_closed = True
        self.tell()

    @property
    def listeners(self) -> int:
        """Number of open pages."""
        return len(self._waiting)

    @contextmanager
    def listener(self) -> Iterator[asyncio.Event]:
        """Yield an event that is set at every change; to be cleared after each.

        The others are told, too: their number has changed.
        """
        event = asyncio.Event()
        with self._lock:
            self._waiting[event] = asyncio.get_running_loop()
        self.tell()
        try:
            yield event
        finally:
            with self._lock:
                del self._waiting[event]
            self.tell()
