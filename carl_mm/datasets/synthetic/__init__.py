"""Generated videos with exact labels."""

from carl_mm.datasets.synthetic.dataset import make_synthetic_dataset

__all__ = ['make_synthetic_dataset']
