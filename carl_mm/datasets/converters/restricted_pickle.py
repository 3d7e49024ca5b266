"""Read pickles of strangers: containers, numbers, strings, arrays, tensors, no more."""

import io
import pickle
import re
import warnings
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

# Numbers and text; no object, no record, whose state could hold pointers.
PLAIN_DTYPE = re.compile(r'[<>|=]?[biufcSU]\d*|\?')
BYTE_ORDERS = '<>|='


class RefusedPickleError(ValueError):
    """A pickle that holds what this module does not admit, or that is damaged."""


def load_restricted_pickle(path: str | Path) -> Any:
    """Load a pickle without running what stands in it.

    What a pickle calls is named in it; every name but the few of `_ADMITTED` is
    refused before it is imported, and these stand for functions of this module.

    Raises:
        FileNotFoundError: There is no such file.
        RefusedPickleError: Names the file and what it wanted to call, or why it
            cannot be read.
    """
    content = Path(path).read_bytes()
    try:
        return _Unpickler(io.BytesIO(content)).load()
    except RefusedPickleError as error:
        raise RefusedPickleError(f'{path}: {error}') from error
    # Damaged bytes make a pickle do anything that fails.
    except Exception as error:
        raise RefusedPickleError(
            f'{path}: not a whole pickle ({type(error).__name__}: {error})'
        ) from error


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module == '__builtin__':  # protocols 0 to 2 write Python 2's names
            module = 'builtins'
        admitted = _ADMITTED.get(f'{module}.{name}')
        if admitted is None:
            raise _refusal(f'{module}.{name}')
        return admitted

    def persistent_load(self, pid: Any) -> Any:
        raise _refusal(f'the persistent object {pid!r}')


def _refusal(what: str) -> RefusedPickleError:
    return RefusedPickleError(
        f'refused: it wants {what}; only containers, numbers, strings, plain numpy '
        'arrays and torch tensors are read, as anything else could run code'
    )


class _DType:
    """Stands for `numpy.dtype`, whose own state setter takes any layout."""

    def __init__(self, code: str, align: bool = False, copy: bool = False) -> None:
        if not (isinstance(code, str) and PLAIN_DTYPE.fullmatch(code)):
            raise _refusal(f'numpy.dtype({code!r})')
        self.dtype = np.dtype(code)

    def __setstate__(self, state: tuple) -> None:
        _, order, subarray, names, fields = state[:5]
        if order not in BYTE_ORDERS or (subarray, names, fields) != (None,) * 3:
            raise _refusal(f'a numpy.dtype of state {state!r}')
        self.dtype = self.dtype.newbyteorder(order)


class _Array(np.ndarray):
    """Stands for `numpy.ndarray`; takes its content from bytes alone."""

    def __setstate__(self, state: tuple) -> None:
        version, shape, dtype, fortran_order, data = state
        if not (isinstance(dtype, _DType) and isinstance(data, bytes)):
            raise _refusal(f'a numpy.ndarray of {type(data).__name__}')
        super().__setstate__((version, shape, dtype.dtype, fortran_order, data))


def _empty_array(cls: type, shape: tuple, code: bytes) -> np.ndarray:
    if cls is not _Array:
        raise _refusal(f'a numpy.ndarray of class {cls!r}')
    return np.empty(0, np.uint8).view(_Array)  # its state comes next


def _array_from_buffer(
    data: bytes, dtype: _DType, shape: tuple, order: str
) -> np.ndarray:
    return np.frombuffer(data, dtype.dtype).reshape(shape, order=_order(order))


def _order(order: str) -> Any:
    return 'F' if order == 'F' else 'C'


def _scalar(dtype: _DType, data: bytes) -> Any:
    return np.frombuffer(data, dtype.dtype)[0]


def _encode(text: str, encoding: str) -> bytes:
    """Stands for `_codecs.encode`, by which old protocols write bytes."""
    return text.encode('latin1')


def _storage(data: bytes) -> Any:
    """Stands for `torch.storage._load_from_bytes`, which runs what is in the bytes."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')  # typed storages are deprecated
            return torch.load(io.BytesIO(data), 'cpu', weights_only=True)
    except pickle.UnpicklingError as error:
        called = re.search(r'GLOBAL (\S+)', str(error))
        if called is None:
            raise
        raise _refusal(called[1]) from error


def _tensor(
    storage: Any, offset: int, size: tuple, stride: tuple, *_: Any
) -> torch.Tensor:
    """Stands for `torch._utils._rebuild_tensor_v2`; hooks and gradients are left."""
    return torch._utils._rebuild_tensor(storage, offset, size, stride)


_ADMITTED: dict[str, Callable] = {
    'collections.OrderedDict': OrderedDict,
    'builtins.bytes': bytes,
    'builtins.set': set,
    'builtins.frozenset': frozenset,
    'builtins.bytearray': bytearray,
    'builtins.complex': complex,
    '_codecs.encode': _encode,
    'numpy.ndarray': _Array,
    'numpy.dtype': _DType,
    'torch.storage._load_from_bytes': _storage,
    'torch._utils._rebuild_tensor_v2': _tensor,
    # numpy 1 and numpy 2 name their module differently.
    **{
        f'numpy.{core}.{name}': function
        for core in ('core', '_core')
        for name, function in (
            ('multiarray._reconstruct', _empty_array),
            ('multiarray.scalar', _scalar),
            ('numeric._frombuffer', _array_from_buffer),
        )
    },
}
