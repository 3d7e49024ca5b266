"""GTA on generated videos, in CARL's network.

    python tools/train.py configs/gta/gta_synthetic.py

Data, network and number of steps are those of carl_synthetic.py, the settings those of
configs/_base_/methods.py.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.methods import gta, pair_crop, same_action
    from ..carl_synthetic import *

model.merge(gta)
train_steps.temporal_crop = dict(**pair_crop, num_frames=num_frames)
train_dataloader.update(batch_sampler=same_action)
train_dataloader.dataset.pipeline = list(train_steps.values())
knobs = cached_knobs
