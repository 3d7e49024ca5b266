"""SpeedNet on Penn Action, in CARL's network.

    bash tools/dist_train.sh configs/speednet/speednet_pennaction.py 4

Data, cost, network and schedule are those of carl_pennaction.py, the settings those of
configs/_base_/methods.py. Not run. The paper gives no figure.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.methods import speednet, speednet_crop
    from ..carl_pennaction import *

model.merge(speednet)
train_steps.temporal_crop = dict(**speednet_crop, num_frames=num_frames)
train_dataloader.dataset.pipeline = list(train_steps.values())
knobs = picture_knobs
