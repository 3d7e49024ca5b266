"""SpeedNet on Pouring, in CARL's network.

    bash tools/dist_train.sh configs/speednet/speednet_pouring.py 4

Data, cost, network and schedule are those of carl_pouring.py, the settings those of
configs/_base_/methods.py. Not run. The paper gives no figure.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.methods import speednet, speednet_crop
    from ..carl_pouring import *

model.merge(speednet)
train_steps.temporal_crop = dict(**speednet_crop, num_frames=num_frames)
train_dataloader.dataset.pipeline = list(train_steps.values())
knobs = picture_knobs
