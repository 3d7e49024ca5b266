"""TCN, single view on Pouring, in CARL's network.

    bash tools/dist_train.sh configs/tcn/tcn_pouring.py 4

Data, cost, network and schedule as carl_pouring.py, settings from
configs/_base_/methods.py; not run. The paper gives: Table 4's, another network:
classification 89.53, progress 0.804, tau 0.852.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.methods import tcn, tcn_crop
    from ..carl_pouring import *

model.merge(tcn)
train_dataloader.dataset.pipeline[1] = dict(num_frames=num_frames, **tcn_crop)
