"""Read pickles of strangers: containers, numbers, strings, arrays and tensors only."""

import io
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from carl_mm.datasets.converters.safe_pickle.inert_unpickler import (
    InertUnpickler,
)
from carl_mm.datasets.converters.safe_pickle.limits import (
    MAX_FILE_BYTES,
    MemoryBudget,
    check_extent,
    check_keys,
)
from carl_mm.datasets.converters.safe_pickle.pickled_arrays import ARRAYS
from carl_mm.datasets.converters.safe_pickle.pickled_tensors import TENSORS
from carl_mm.datasets.converters.safe_pickle.refusal import (
    Inert,
    RefusedPickleError,
    refusal,
)
from carl_mm.quoting import clip, quote

__all__ = ['RefusedPickleError', 'load_restricted_pickle']


def load_restricted_pickle(path: str | Path) -> Any:
    """Load a pickle without running the code that it names.

    A pickle names what it calls. The few names of `_ADMITTED` stand for functions of
    this package, every other name is refused, and none is imported. Arrays are of
    booleans, integers, floats or text, and own their memory. Depth, size and memory are
    limited (see `limits`), so that no file stalls or fills the machine.

    Args:
        path: Path of the pickle file.

    Raises:
        FileNotFoundError: There is no such file.
        RefusedPickleError: The pickle asks for something else or for too much, or is
            damaged; the message names the file and says what.
    """
    size = Path(path).stat().st_size
    if size > MAX_FILE_BYTES:
        raise RefusedPickleError(
            f'{path}: {size} bytes, and pickles of more than {MAX_FILE_BYTES} are not '
            'read; split it'
        )
    content = Path(path).read_bytes()
    try:
        budget = MemoryBudget(len(content))
        data = InertUnpickler(io.BytesIO(content), _ADMITTED, budget).load()
        check_extent(data)
        _check_all_is_data(data)
    except RefusedPickleError as error:
        raise RefusedPickleError(f'{path}: {error}') from error
    # Damaged bytes can make unpickling fail in any way.
    except Exception as error:
        raise RefusedPickleError(
            f'{path}: not a complete pickle ({type(error).__name__}: {clip(error)})'
        ) from error
    return data


def _check_all_is_data(data: Any) -> None:
    """Refuse what stands for something else, such as a function that is not called."""
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


def _ordered_dict(pairs: Any = ()) -> OrderedDict[Any, Any]:
    items = _items(pairs, 'OrderedDict')
    if not all(type(item) in (list, tuple) and len(item) == 2 for item in items):
        raise refusal('an OrderedDict of other than pairs')
    check_keys(key for key, _ in items)
    return OrderedDict(items)


def _set(items: Any = ()) -> set[Any]:
    check_keys(_items(items, 'set'))
    return set(items)


def _frozenset(items: Any = ()) -> frozenset[Any]:
    check_keys(_items(items, 'frozenset'))
    return frozenset(items)


def _items(items: Any, kind: str) -> Sequence[Any]:
    if type(items) is list or type(items) is tuple:
        return items
    raise refusal(f'a {kind} of a {type(items).__name__}')


def _bytes() -> bytes:
    return b''


def _bytearray(data: Any = b'', encoding: Any = 'latin1') -> bytearray:
    return bytearray(data if type(data) is bytes else _encode(data, encoding))


def _encode(text: Any, encoding: Any) -> bytes:
    """Stands for `_codecs.encode`, by which old protocols write bytes."""
    if type(text) is not str or encoding not in ('latin1', 'latin-1'):
        raise refusal(f'to encode a {type(text).__name__} as {quote(encoding)}')
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
