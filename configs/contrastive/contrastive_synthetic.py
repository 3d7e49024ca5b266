"""The contrastive baseline on generated videos, in CARL's network.

    python tools/train.py configs/contrastive/contrastive_synthetic.py

Data, network and number of steps are those of carl_synthetic.py, the settings those of
configs/_base_/methods.py.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.methods import contrastive
    from ..carl_synthetic import *

model.merge(contrastive)
knobs.pop('variance')  # the loss has none
