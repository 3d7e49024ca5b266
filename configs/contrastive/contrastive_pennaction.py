"""The contrastive baseline on Penn Action, in CARL's network.

    bash tools/dist_train.sh configs/contrastive/contrastive_pennaction.py 4

Data, cost, network and schedule are those of carl_pennaction.py, the settings those of
configs/_base_/methods.py. Not run. Target (the paper's Table 13): classification 88.05,
progress 0.898, tau 0.891.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.methods import contrastive
    from ..carl_pennaction import *

model.merge(contrastive)
knobs.pop('variance')  # the loss has none
