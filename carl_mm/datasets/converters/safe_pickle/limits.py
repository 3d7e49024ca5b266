"""How much a pickle of a stranger may ask for."""

import numbers
from collections.abc import Iterable
from typing import Any

import numpy as np

from carl_mm.datasets.converters.safe_pickle.refusal import Inert, refusal

MAX_FILE_BYTES = 2**29
MAX_DEPTH = 64  # of containers in containers
MAX_ELEMENTS = 10**7  # when shared containers are written out
MAX_KEY_PARTS = 64
# Memory for each byte of the file, and in any case. Old protocols hold an array's bytes
# as text, as bytes and as the array.
MEMORY_FACTOR, FREE_MEMORY = 16, 2**24
PLAIN = (str, bytes, numbers.Number, np.generic)
CONTAINERS = (list, tuple, set, frozenset, dict)


class MemoryBudget:
    """Counts what a pickle makes beyond its own bytes.

    Args:
        num_bytes: Size of the pickle.
    """

    def __init__(self, num_bytes: int) -> None:
        self.left = MEMORY_FACTOR * num_bytes + FREE_MEMORY

    def spend(self, num_bytes: int) -> None:
        """Count memory; raise `RefusedPickleError` when the budget is used up."""
        self.left -= num_bytes
        if self.left < 0:
            raise refusal('far more memory than the file has bytes')

    def spend_on(self, value: Any) -> None:
        """Count what an admitted function has made."""
        if isinstance(value, bytes | bytearray):
            self.spend(len(value))
        elif isinstance(value, CONTAINERS):
            self.spend(100 * len(value))
        elif isinstance(value, np.ndarray):
            self.spend(value.nbytes)
        elif isinstance(value, Inert):
            self.spend(value.num_bytes)


def check_keys(keys: Iterable[Any]) -> None:
    """Refuse keys that take long to hash: tuples of tuples, huge integers."""
    for key in keys:
        waiting, parts = [key], 0
        while waiting:
            part = waiting.pop()
            parts += 1
            if parts > MAX_KEY_PARTS:
                raise refusal(f'a key of more than {MAX_KEY_PARTS} parts')
            if isinstance(part, tuple | frozenset):
                waiting += part
            elif isinstance(part, int) and part.bit_length() > 64:
                # Multiples of 2^61 - 1 all have one hash, and a dict of them stalls.
                raise refusal('a key that is an integer of more than 64 bits')
            elif part is not None and not isinstance(part, PLAIN):
                raise refusal(f'a key that is a {type(part).__name__}')


def check_extent(data: Any) -> None:
    """Refuse what is nested too deeply, in itself, or huge when written out.

    A list of ten lists of the same ten lists and so on takes few bytes in a file, and
    whoever goes through it never comes to an end.
    """
    extents: dict[int, tuple[int, int]] = {}  # depth and elements of each container
    path: set[int] = set()
    waiting: list[Any] = [data]
    while waiting:
        value = waiting[-1]
        if not isinstance(value, CONTAINERS) or id(value) in extents:
            waiting.pop()
            continue
        children = [part for part in _parts(value) if isinstance(part, CONTAINERS)]
        if id(value) not in path:
            path.add(id(value))
            if any(id(child) in path for child in children):
                raise refusal('a container that contains itself')
            waiting += [child for child in children if id(child) not in extents]
            continue
        inner = [extents[id(child)] for child in children]
        depth = 1 + max((depth for depth, _ in inner), default=0)
        elements = len(value) + sum(count for _, count in inner)
        if depth > MAX_DEPTH or elements > MAX_ELEMENTS:
            raise refusal(
                f'containers nested more than {MAX_DEPTH} deep'
                if depth > MAX_DEPTH
                else f'more than {MAX_ELEMENTS} elements'
            )
        extents[id(value)] = depth, elements
        path.discard(id(value))
        waiting.pop()


def _parts(value: Any) -> list[Any]:
    return [*value, *value.values()] if isinstance(value, dict) else list(value)
