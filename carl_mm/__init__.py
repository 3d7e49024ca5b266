"""Frame-wise, self-supervised video representations for mmaction2 (CARL)."""

from carl_mm import compat

compat.apply()  # before anything of mmaction is imported

from carl_mm import datasets, engine, evaluation, models  # noqa: E402

__version__ = '0.1.0'
__all__ = ['compat', 'datasets', 'engine', 'evaluation', 'models']
