"""Rebuild torch's tensors from what a pickle says of them, without `torch.load`.

Any code in the process can extend what `torch.load` admits, for example by
`torch.serialization.add_safe_globals`.
"""

import io
import math
from collections.abc import Callable
from typing import Any

import torch

from carl_mm.datasets.converters.safe_pickle.inert_unpickler import (
    Global,
    InertUnpickler,
)
from carl_mm.datasets.converters.safe_pickle.limits import MemoryBudget
from carl_mm.datasets.converters.safe_pickle.pickled_arrays import are_sizes
from carl_mm.datasets.converters.safe_pickle.refusal import Inert, refusal
from carl_mm.quoting import quote

MAGIC_NUMBER, PROTOCOL_VERSION = 0x1950A86A20F9469CFC6C, 1001
STORAGE_DTYPES = {
    'torch.DoubleStorage': torch.float64,
    'torch.FloatStorage': torch.float32,
    'torch.HalfStorage': torch.float16,
    'torch.BFloat16Storage': torch.bfloat16,
    'torch.LongStorage': torch.int64,
    'torch.IntStorage': torch.int32,
    'torch.ShortStorage': torch.int16,
    'torch.CharStorage': torch.int8,
    'torch.ByteStorage': torch.uint8,
    'torch.BoolStorage': torch.bool,
}


class _Storage(Inert):
    """Stands for a torch storage; its content, ``(N,)``, follows the pickle."""

    __slots__ = ('content', 'dtype', 'key', 'num_elements')

    def __init__(self, key: str, dtype: torch.dtype, num_elements: int) -> None:
        self.key, self.dtype, self.num_elements = key, dtype, num_elements
        self.content = torch.empty(0, dtype=dtype)

    @property
    def num_bytes(self) -> int:
        """Memory of the content."""
        return self.content.nbytes


class _StorageUnpickler(InertUnpickler):
    def persistent_load(self, pid: Any) -> Any:
        match pid:
            case ('storage', Global() as kind, str(key), str(), int(count), None):
                return _Storage(key, STORAGE_DTYPES[kind.name], count)
        return super().persistent_load(pid)


def _load_storage(data: Any) -> _Storage:
    """Stands for `torch.storage._load_from_bytes`.

    The bytes have the format that `torch.save` used before zip files: pickles of a
    magic number, a version, the system, the storage and its key, then the size and the
    content.
    """
    if type(data) is not bytes:
        raise refusal(f'a torch storage in a {type(data).__name__}')
    file = io.BytesIO(data)
    budget = MemoryBudget(len(data))
    head = [InertUnpickler(file, {}, budget).load() for _ in range(3)]
    kinds = dict.fromkeys(STORAGE_DTYPES)
    storage = _StorageUnpickler(file, kinds, budget).load()
    keys = InertUnpickler(file, {}, budget).load()
    size, content = file.read(8), file.read()
    if not (
        head[:2] == [MAGIC_NUMBER, PROTOCOL_VERSION]
        and type(storage) is _Storage
        and keys == [storage.key]
        and int.from_bytes(size, 'little') == storage.num_elements
        and len(content) == storage.num_elements * storage.dtype.itemsize
    ):
        raise refusal('a torch storage of another form than torch pickles')
    if storage.dtype == torch.bool and not set(content) <= {0, 1}:
        raise refusal('a torch storage of booleans other than 0 and 1')
    if content:
        storage.content = torch.frombuffer(bytearray(content), dtype=storage.dtype)
    return storage


def _tensor(storage: Any, offset: Any, size: Any, stride: Any, *_: Any) -> torch.Tensor:
    """Stands for `torch._utils._rebuild_tensor_v2`; drops hooks and gradients."""
    if not (
        type(storage) is _Storage
        and are_sizes((offset,))
        and are_sizes(size)
        and are_sizes(stride)
        and len(size) == len(stride)
    ):
        raise refusal('a torch tensor of another form than torch pickles')
    reach = offset
    if count := math.prod(size):
        reach += 1 + sum((n - 1) * s for n, s in zip(size, stride, strict=True))
    if max(reach, count) > storage.num_elements:
        raise refusal(
            f'a torch tensor of shape {quote(size)}, stride {quote(stride)} and offset '
            f'{offset} in a storage of {storage.num_elements} elements'
        )
    return storage.content.as_strided(size, stride, offset)


TENSORS: dict[str, Callable[..., Any] | None] = {
    'torch.storage._load_from_bytes': _load_storage,
    'torch._utils._rebuild_tensor_v2': _tensor,
}
