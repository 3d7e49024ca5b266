"""Frame-wise, self-supervised video representations for mmaction2 (CARL)."""

import os

# Large tensors in huge pages: on a CPU, filling 100 MB takes 6 ms instead of 35.
# torch reads it with its first allocation.
os.environ.setdefault('THP_MEM_ALLOC_ENABLE', '1')

from carl_mm import compat  # noqa: E402

compat.apply()  # before anything of mmaction is imported

from carl_mm import datasets, engine, evaluation, models  # noqa: E402

__version__ = '0.1.0'
__all__ = ['compat', 'datasets', 'engine', 'evaluation', 'models']
