"""SpeedNet on generated videos, in CARL's network.

    python tools/train.py configs/speednet/speednet_synthetic.py

Data, network and number of steps are those of carl_synthetic.py, the settings those of
configs/_base_/methods.py.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.methods import speednet, speednet_crop
    from ..carl_synthetic import *

model.merge(speednet)
train_steps.temporal_crop = dict(**speednet_crop, num_frames=num_frames)
train_dataloader.dataset.pipeline = list(train_steps.values())
knobs = cached_knobs
