"""When visitors have left."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Visitors:
    """Tells when a visitor has had no open connection for some time.

    An open page keeps one, by which it is told of changes. Used by one event loop.

    Args:
        on_leave: Called with the visitor's name, in another thread.
        forget_after_s: Seconds without a connection, so that a page can be reloaded.
    """

    def __init__(
        self, on_leave: Callable[[str], object], forget_after_s: float
    ) -> None:
        self._on_leave, self._forget_after_s = on_leave, forget_after_s
        self._open: Counter[str] = Counter()
        self._leaving: dict[str, asyncio.TimerHandle] = {}

    @contextmanager
    def present(self, visitor: str) -> Iterator[None]:
        """Count a visitor's connection for as long as it is open."""
        if visitor in self._leaving:
            self._leaving.pop(visitor).cancel()
        self._open[visitor] += 1
        try:
            yield
        finally:
            self._open[visitor] -= 1
            if not self._open[visitor]:
                del self._open[visitor]
                loop = asyncio.get_running_loop()
                self._leaving[visitor] = loop.call_later(
                    self._forget_after_s, self._leave, visitor
                )

    def _leave(self, visitor: str) -> None:
        del self._leaving[visitor]
        # A thread of its own: files are removed, and the library may be in use.
        asyncio.get_running_loop().run_in_executor(None, self._on_leave, visitor)
