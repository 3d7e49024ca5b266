"""The contrastive baseline on Penn Action, in CARL's network.

    bash tools/dist_train.sh configs/contrastive/contrastive_pennaction.py 4

Data, cost, network and schedule as carl_pennaction.py, settings from
configs/_base_/methods.py; not run. The paper gives: Table 13's: classification 88.05,
progress 0.898, tau 0.891.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.methods import contrastive
    from ..carl_pennaction import *

model.merge(contrastive)
