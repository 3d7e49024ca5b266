"""TCN, single view on FineGym99 or FineGym288, in CARL's network.

    bash tools/dist_train.sh configs/tcn/tcn_finegym.py 4

Data, cost, network and schedule as carl_finegym.py, settings from
configs/_base_/methods.py; not run. The paper gives: Table 3's, another network: 20.02,
FineGym288 17.11.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.methods import tcn, tcn_crop
    from ..carl_finegym import *

model.merge(tcn)
train_dataloader.dataset.pipeline[1] = dict(num_frames=num_frames, **tcn_crop)
