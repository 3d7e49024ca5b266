"""Loops that numba compiles when they are first called."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar, cast

import numba
from numba.core.caching import FunctionCache

logger = logging.getLogger(__name__)
Function = TypeVar('Function', bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile a function when it is first called; one thread, without Python's lock.

    The machine code is kept beside the module, else in the user's cache folder, and
    loaded by later processes. Where neither can be written, where the disk is full, or
    where what was kept is damaged, each process compiles it.
    """
    dispatcher: Any = numba.njit(nogil=True)(function)
    with suppress(RuntimeError):  # numba's: no folder takes the machine code
        dispatcher._cache = _Cache(function)  # as njit(cache=True) does with its own
    return cast(Function, dispatcher)


class _Cache(FunctionCache):
    """Numba's cache, of which no error ends a computation."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)  # type: ignore[no-untyped-call]

    @contextmanager
    def _guard_against_spurious_io_errors(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # a damaged file fails in whatever way
            logger.info('%s: machine code is not kept (%r)', self.cache_path, error)
