"""Read pickles of strangers: containers, numbers, strings, arrays, tensors, no more."""

import io
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from carl_mm.datasets.converters.safe_pickle.inert_unpickler import (
    Inert,
    InertUnpickler,
    RefusedPickleError,
    refusal,
)
from carl_mm.datasets.converters.safe_pickle.pickled_arrays import ARRAYS
from carl_mm.datasets.converters.safe_pickle.pickled_tensors import TENSORS

__all__ = ['RefusedPickleError', 'load_restricted_pickle']


def load_restricted_pickle(path: str | Path) -> Any:
    """Load a pickle without running what stands in it.

    What a pickle calls is named in it; every name but the few of `_ADMITTED` is
    refused, none is imported, and these stand for functions of this package. Arrays
    are of booleans, integers, floats or text, and own their memory.

    Raises:
        FileNotFoundError: There is no such file.
        RefusedPickleError: Names the file and what it wanted to call, or why it
            cannot be read.
    """
    content = Path(path).read_bytes()
    try:
        data = InertUnpickler(io.BytesIO(content), _ADMITTED).load()
        _check_all_is_data(data)
    except RefusedPickleError as error:
        raise RefusedPickleError(f'{path}: {error}') from error
    # Damaged bytes make a pickle do anything that fails.
    except Exception as error:
        raise RefusedPickleError(
            f'{path}: not a whole pickle ({type(error).__name__}: {error})'
        ) from error
    return data


def _check_all_is_data(data: Any) -> None:
    """Refuse what stands for something else, like a function that nothing called."""
    waiting, seen = [data], set[int]()
    while waiting:
        value = waiting.pop()
        if isinstance(value, Inert):
            raise refusal(f'{value} as data')
        if isinstance(value, list | tuple | set | frozenset | dict):
            if id(value) in seen:
                continue
            seen.add(id(value))
            waiting += value
            if isinstance(value, dict):
                waiting += value.values()


def _ordered_dict(pairs: Any = ()) -> OrderedDict:
    return OrderedDict((key, value) for key, value in _items(pairs, 'OrderedDict'))


def _set(items: Any = ()) -> set:
    return set(_items(items, 'set'))


def _frozenset(items: Any = ()) -> frozenset:
    return frozenset(_items(items, 'frozenset'))


def _items(items: Any, kind: str) -> list | tuple:
    if type(items) not in (list, tuple):
        raise refusal(f'a {kind} of a {type(items).__name__}')
    return items


def _bytes() -> bytes:
    return b''


def _bytearray(data: Any = b'', encoding: Any = 'latin1') -> bytearray:
    return bytearray(data if type(data) is bytes else _encode(data, encoding))


def _encode(text: Any, encoding: Any) -> bytes:
    """Stands for `_codecs.encode`, by which old protocols write bytes."""
    if type(text) is not str or encoding not in ('latin1', 'latin-1'):
        raise refusal(f'to encode a {type(text).__name__} as {encoding!r:.80}')
    return text.encode('latin1')


def _complex(real: Any, imaginary: Any) -> complex:
    if type(real) is not float or type(imaginary) is not float:
        raise refusal(f'a complex of a {type(real).__name__}')
    return complex(real, imaginary)


_ADMITTED: dict[str, Callable[..., Any] | None] = {
    'collections.OrderedDict': _ordered_dict,
    'builtins.set': _set,
    'builtins.frozenset': _frozenset,
    'builtins.bytes': _bytes,
    'builtins.bytearray': _bytearray,
    'builtins.complex': _complex,
    '_codecs.encode': _encode,
    **ARRAYS,
    **TENSORS,
}
