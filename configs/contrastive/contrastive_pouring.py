"""The contrastive baseline on Pouring, in CARL's network.

    bash tools/dist_train.sh configs/contrastive/contrastive_pouring.py 4

Data, cost, network and schedule are those of carl_pouring.py, the settings those of
configs/_base_/methods.py. Not run. The paper gives no figure.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.methods import contrastive
    from ..carl_pouring import *

model.merge(contrastive)
knobs.pop('variance')  # the loss has none
