"""Rebuild numpy's arrays, scalars and dtypes from what a pickle says of them."""

import math
import re
from collections.abc import Callable
from typing import Any, cast

import numpy as np

from carl_mm.datasets.converters.safe_pickle.inert_unpickler import (
    Global,
    Stateful,
)
from carl_mm.datasets.converters.safe_pickle.refusal import refusal
from carl_mm.quoting import quote

# Numbers and text; no objects or records, whose bytes could be pointers.
PLAIN_DTYPE = re.compile(r'[<>|=]?(b1|[iu][1248]|f[248]|[SU][1-9]\d{0,5})|\?')
MAX_DIMENSIONS = 32  # of numpy 1
BYTE_ORDERS = {'<', '>', '|', '='}


class _DType(Stateful):
    """Stands for a `numpy.dtype`, whose own state setter takes any layout."""

    __slots__ = ('dtype',)

    def __init__(self, code: Any, align: bool = False, copy: bool = False) -> None:
        super().__init__()
        if not (type(code) is str and PLAIN_DTYPE.fullmatch(code)):
            raise refusal(f'numpy.dtype({quote(code)})')
        self.dtype = np.dtype(code)

    def build(self, state: Any) -> np.dtype:
        match state:
            case (_, str(order), None, None, None, _, _, _) if order in BYTE_ORDERS:
                return self.dtype.newbyteorder(cast(Any, order))
        raise refusal(f'a numpy.dtype of state {quote(state)}')


class _Array(Stateful):
    """Stands for a `numpy.ndarray`, whose own state setter takes any content."""

    __slots__ = ()

    def build(self, state: Any) -> np.ndarray:
        match state:
            case (int(), shape, dtype, int(fortran_order), data):
                array = _array(data, dtype, shape, 'F' if fortran_order else 'C')
                return array.astype(dtype.newbyteorder('='), copy=False)  # as numpy
        raise refusal('a numpy.ndarray of another state than numbers or text')


def _array(data: Any, dtype: Any, shape: Any, order: Any) -> np.ndarray:
    """Make an array with its own memory, which the bytes fill exactly."""
    if not isinstance(dtype, np.dtype) or type(data) not in (bytes, bytearray):
        raise refusal(
            f'a numpy.ndarray of {type(data).__name__} as {type(dtype).__name__}'
        )
    if not (are_sizes(shape) and math.prod(shape) * dtype.itemsize == len(data)):
        raise refusal(
            f'a numpy.ndarray of shape {quote(shape)} and {dtype} in {len(data)} bytes'
        )
    if dtype.kind == 'b' and not set(data) <= {0, 1}:  # numpy relies on it
        raise refusal('a numpy.ndarray of booleans other than 0 and 1')
    flat = np.frombuffer(bytes(data), dtype)
    return flat.reshape(shape, order='F' if order == 'F' else 'C').copy('K')


def are_sizes(value: Any) -> bool:
    """Whether a value is a tuple of few integers in [0, 2^63), none a boolean."""
    if type(value) is not tuple or len(value) > MAX_DIMENSIONS:
        return False
    return all(type(n) is int and 0 <= n < 2**63 for n in value)


def _reconstruct(cls: Any, shape: Any, code: Any) -> _Array:
    if type(cls) is not Global or cls.name != 'numpy.ndarray':
        raise refusal(f'a numpy.ndarray of class {cls!s:.80}')
    return _Array()  # its state comes next


def _from_buffer(
    data: Any, dtype: Any, shape: Any, order: Any, axis_order: Any = None
) -> np.ndarray:
    array = _array(data, dtype, shape, order)
    return array if axis_order is None else array.transpose(axis_order)


def _scalar(dtype: Any, data: Any) -> Any:
    return _array(data, dtype, (), 'C')[()]


ARRAYS: dict[str, Callable[..., Any] | None] = {
    'numpy.dtype': _DType,
    'numpy.ndarray': None,  # named by _reconstruct; its constructor takes any memory
    # numpy 1 and numpy 2 name their module differently.
    **{
        f'numpy.{core}.{name}': function
        for core in ('core', '_core')
        for name, function in (
            ('multiarray._reconstruct', _reconstruct),
            ('multiarray.scalar', _scalar),
            ('numeric._frombuffer', _from_buffer),
        )
    },
}
