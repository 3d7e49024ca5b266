"""TCN, single view on Penn Action, in CARL's network.

    bash tools/dist_train.sh configs/tcn/tcn_pennaction.py 4

Data, cost, network and schedule as carl_pennaction.py, settings from
configs/_base_/methods.py; not run. The paper gives: Table 8's, this network:
classification 86.31, progress 0.898, tau 0.832.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.methods import tcn, tcn_crop
    from ..carl_pennaction import *

model.merge(tcn)
train_dataloader.dataset.pipeline[1] = dict(num_frames=num_frames, **tcn_crop)
