"""SpeedNet on Penn Action, in CARL's network.

    bash tools/dist_train.sh configs/speednet/speednet_pennaction.py 4

Data, cost, network and schedule as carl_pennaction.py, settings from
configs/_base_/methods.py; not run. The paper gives no figure.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.methods import speednet, speednet_crop
    from ..carl_pennaction import *

model.merge(speednet)
train_dataloader.dataset.pipeline[1] = dict(num_frames=num_frames, **speednet_crop)
