"""Loops that numba compiles when they are first called."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar('Function', bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile a function when it is first called; one thread, without Python's lock.

    The machine code is kept beside the module, else in the user's cache folder, and
    loaded by later processes; where neither can be written, each process compiles it.
    """
    try:
        return cast(Function, numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:  # numba's, at the import: no folder takes the machine code
        return cast(Function, numba.njit(nogil=True)(function))
