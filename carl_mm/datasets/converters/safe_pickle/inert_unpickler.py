"""An unpickler that calls and changes nothing but what it made itself."""

import pickle
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from carl_mm.datasets.converters.safe_pickle.limits import MemoryBudget, check_keys
from carl_mm.datasets.converters.safe_pickle.refusal import Inert, refusal
from carl_mm.quoting import quote

Opcode = Callable[[Any], None]


class Global(Inert):
    """Stands for a function or class that a pickle names."""

    __slots__ = ('name',)

    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        return self.name


class Stateful(Inert):
    """Stands for an object until its state comes; ``value`` is what it then is."""

    __slots__ = ('value',)

    def __init__(self) -> None:
        self.value: Any = self

    def build(self, state: Any) -> Any:
        """Return the object of this state; raise `RefusedPickleError` at a bad one."""
        raise NotImplementedError


class _Memo(dict[int, Any]):
    """Returns an object in place of what stood for it when it was memoised."""

    def __getitem__(self, key: int) -> Any:
        value = super().__getitem__(key)
        return value.value if isinstance(value, Stateful) else value


class InertUnpickler(pickle._Unpickler):  # pure Python: its opcodes can be replaced
    """Unpickles data; names become a `Global`, and calls go to functions of ours.

    Nothing is changed but lists, sets and dicts that the pickle itself made.

    Args:
        file: File that is read to the pickle's end.
        budget: Memory that the pickle may ask for.
        admitted: Function to call for each admitted name, None if it must not be
            called. Every other name is refused.
    """

    def __init__(
        self,
        file: BinaryIO,
        admitted: Mapping[str, Callable[..., Any] | None],
        budget: MemoryBudget,
    ) -> None:
        super().__init__(file)
        self.admitted = admitted
        self.budget = budget
        self.stack: list[Any] = []
        self.memo = _Memo()

    def find_class(self, module: str, name: str) -> Global:
        """Return a `Global` for an admitted name, without importing anything."""
        if module == '__builtin__':  # protocols 0 to 2 write Python 2's names
            module = 'builtins'
        found = Global(f'{module}.{name}')
        if found.name not in self.admitted:
            raise refusal(found.name)
        return found

    def persistent_load(self, pid: Any) -> Any:
        """Refuse objects that are not in the pickle."""
        raise refusal(f'the persistent object {quote(pid)}')

    def load_reduce(self) -> None:
        """Call an admitted name."""
        args, function = self.stack.pop(), self.stack[-1]
        called = self.admitted[function.name] if type(function) is Global else None
        if called is None or type(args) is not tuple:
            raise refusal(f'to call {_describe(function)}')
        self.stack[-1] = called(*args)
        self.budget.spend_on(self.stack[-1])

    def load_build(self) -> None:
        """Set the state of a `Stateful`."""
        state, target = self.stack.pop(), self.stack[-1]
        if not isinstance(target, Stateful):
            raise refusal(f'to set the state of {_describe(target)}')
        self.stack[-1] = target.value = target.build(state)
        self.budget.spend_on(target.value)

    def refuse_opcode(self) -> None:
        """Refuse classes, extensions and buffers, which data does not need."""
        names = [str(value) for value in self.stack if type(value) is Global]
        raise refusal(f'to make an object of {names[-1] if names else "its own kind"}')

    def _instantiate(self, klass: Any, args: list[Any]) -> None:
        raise refusal(f'to make an object of {_describe(klass)}')


def _only(
    kinds: tuple[type, ...], opcode: int, depth: int | None, step: int = 0
) -> Opcode:
    """Guard an opcode that changes what is ``depth`` deep, or below a mark.

    Of what is above that, every ``step``-th value is a key, if there are keys.
    """
    change = pickle._Unpickler.dispatch[opcode]

    def load(self: Any) -> None:
        target = self.metastack[-1][-1] if depth is None else self.stack[-depth]
        if type(target) not in kinds:
            raise refusal(f'to change {_describe(target)}')
        if step:
            check_keys(self.stack[slice(0 if depth is None else 1 - depth, None, step)])
        change(self)

    return load


def _keyed(opcode: int, step: int) -> Opcode:
    """Guard an opcode that hashes every ``step``-th value above the mark."""
    make = pickle._Unpickler.dispatch[opcode]

    def load(self: Any) -> None:
        check_keys(self.stack[::step])
        self.budget.spend(100 * len(self.stack))
        make(self)

    return load


def _costs(opcode: int, num_bytes: int) -> Opcode:
    """Count the memory of what an opcode of one byte makes."""
    make = pickle._Unpickler.dispatch[opcode]

    def load(self: Any) -> None:
        self.budget.spend(num_bytes)
        make(self)

    return load


def _describe(value: Any) -> str:
    return str(value) if isinstance(value, Inert) else f'a {type(value).__name__}'


DICTS, LISTS, SETS = (dict, OrderedDict), (list,), (set,)
OBJECT_BYTES = {
    pickle.EMPTY_LIST: 72,
    pickle.EMPTY_DICT: 72,
    pickle.EMPTY_SET: 224,
    pickle.MARK: 72,
    pickle.MEMOIZE: 100,
}
REFUSED_OPCODES = (
    *(pickle.NEWOBJ, pickle.NEWOBJ_EX, pickle.EXT1, pickle.EXT2, pickle.EXT4),
    *(pickle.NEXT_BUFFER, pickle.READONLY_BUFFER),
)
_REPLACED: dict[int, Opcode] = {
    **dict.fromkeys(
        (code[0] for code in REFUSED_OPCODES), InertUnpickler.refuse_opcode
    ),
    pickle.REDUCE[0]: InertUnpickler.load_reduce,
    pickle.BUILD[0]: InertUnpickler.load_build,
    **{code[0]: _costs(code[0], size) for code, size in OBJECT_BYTES.items()},
    pickle.DICT[0]: _keyed(pickle.DICT[0], 2),
    pickle.FROZENSET[0]: _keyed(pickle.FROZENSET[0], 1),
    pickle.APPEND[0]: _only(LISTS, pickle.APPEND[0], depth=2),
    pickle.APPENDS[0]: _only(LISTS, pickle.APPENDS[0], depth=None),
    pickle.SETITEM[0]: _only(DICTS, pickle.SETITEM[0], depth=3, step=2),
    pickle.SETITEMS[0]: _only(DICTS, pickle.SETITEMS[0], depth=None, step=2),
    pickle.ADDITEMS[0]: _only(SETS, pickle.ADDITEMS[0], depth=None, step=1),
}
InertUnpickler.dispatch = pickle._Unpickler.dispatch | _REPLACED
