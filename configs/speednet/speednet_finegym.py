"""SpeedNet on FineGym99 or FineGym288, in CARL's network.

    bash tools/dist_train.sh configs/speednet/speednet_finegym.py 4

Data, cost, network and schedule as carl_finegym.py, settings from
configs/_base_/methods.py; not run. The paper gives: Table 3's, another network: 16.86,
FineGym288 15.57.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.methods import speednet, speednet_crop
    from ..carl_finegym import *

model.merge(speednet)
train_dataloader.dataset.pipeline[1] = dict(num_frames=num_frames, **speednet_crop)
