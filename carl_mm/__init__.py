"""Frame-wise, self-supervised video representations for mmaction2 (CARL).

Importing it is enough for mmaction2 to know its parts by name, and is quick: a
subpackage is imported when it is first used. See `carl_mm.registration`.
"""

import importlib
import os
from typing import TYPE_CHECKING, Any

from carl_mm.registration import register

if TYPE_CHECKING:
    from carl_mm import (
        apis,
        compat,
        datasets,
        engine,
        evaluation,
        functional,
        models,
        visualization,
    )

# Large tensors in huge pages: on a CPU, filling 100 MB takes 6 ms instead of 35.
# torch reads it with its first allocation.
os.environ.setdefault('THP_MEM_ALLOC_ENABLE', '1')
# Idle OpenMP threads sleep: where other programs take the cores, those that spin until
# they get one make a step several times as long.
os.environ.setdefault('OMP_WAIT_POLICY', 'PASSIVE')
register()

__version__ = '0.1.0'
__all__ = [
    'apis',
    'compat',
    'datasets',
    'engine',
    'evaluation',
    'functional',
    'models',
    'visualization',
]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


if not TYPE_CHECKING:  # a type checker should go on finding misspelt names

    def __getattr__(name: str) -> Any:
        if name in __all__:
            return importlib.import_module(f'{__name__}.{name}')
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
