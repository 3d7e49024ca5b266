"""Functions in processes of their own, to be called in turns."""

import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from parts.timing import timed


class Apart:
    """Make a function in a fresh process, then call it there.

    Args:
        make: A module-level function that returns the function to call.
        *args: Arguments of ``make``.
        **environment: Environment variables of the process.
    """

    def __init__(
        self, make: Callable[..., Callable[[], Any]], *args: Any, **environment: str
    ) -> None:
        context = multiprocessing.get_context('spawn')
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(theirs, make, args), daemon=True
        )
        before = dict(os.environ)
        os.environ.update(environment)
        try:
            self._process.start()
        finally:
            os.environ.clear()
            os.environ.update(before)
        theirs.close()

    def __call__(self) -> tuple[float, Any]:
        """Call it; return the seconds and the result, or raise what it raised."""
        self._connection.send(None)
        try:
            failed, result = self._connection.recv()
        except EOFError:
            self._process.join()
            raise RuntimeError(
                f'the process ended with status {self._process.exitcode}'
            ) from None
        if failed:
            raise result
        return result

    def end(self) -> None:
        """End the process."""
        self._connection.close()
        self._process.join()


def _serve(
    connection: Connection, make: Callable[..., Callable[[], Any]], args: tuple
) -> None:
    function = None
    while True:
        try:
            connection.recv()
        except EOFError:
            return
        try:
            function = function or make(*args)
            connection.send((False, timed(function)))
        except Exception as error:
            connection.send((True, error))
