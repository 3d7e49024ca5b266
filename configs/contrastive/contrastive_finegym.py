"""The contrastive baseline on FineGym99 or FineGym288, in CARL's network.

    bash tools/dist_train.sh configs/contrastive/contrastive_finegym.py 4

Data, cost, network and schedule are those of carl_finegym.py, the settings those of
configs/_base_/methods.py. Not run. The paper gives no figure.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.methods import contrastive
    from ..carl_finegym import *

model.merge(contrastive)
knobs.pop('variance')  # the loss has none
