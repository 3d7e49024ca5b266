"""The contrastive baseline on FineGym99 or FineGym288, in CARL's network.

    bash tools/dist_train.sh configs/contrastive/contrastive_finegym.py 4

Data, cost, network and schedule as carl_finegym.py, settings from
configs/_base_/methods.py; not run. The paper gives no figure.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.methods import contrastive
    from ..carl_finegym import *

model.merge(contrastive)
