"""GTA on generated videos, in CARL's network.

    python tools/train.py configs/gta/gta_synthetic.py

Data, network and steps as carl_synthetic.py; the settings are those of
configs/_base_/alignment_methods.py.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.alignment_methods import gta, pair_crop, same_action
    from ..carl_synthetic import *

model.merge(gta)
train_dataloader.update(batch_sampler=same_action)
train_dataloader.dataset.pipeline[1] = dict(num_frames=num_frames, **pair_crop)
