"""SpeedNet on FineGym99 or FineGym288, in CARL's network.

    bash tools/dist_train.sh configs/speednet/speednet_finegym.py 4

Data, cost, network and schedule are those of carl_finegym.py, the settings those of
configs/_base_/methods.py. Not run. The paper's figures, for another network (Table 3):
16.86; FineGym288 15.57.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.methods import speednet, speednet_crop
    from ..carl_finegym import *

model.merge(speednet)
train_steps.temporal_crop = dict(**speednet_crop, num_frames=num_frames)
train_dataloader.dataset.pipeline = list(train_steps.values())
knobs = picture_knobs
