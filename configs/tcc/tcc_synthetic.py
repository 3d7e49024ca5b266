"""TCC on generated videos, in CARL's network.

    python tools/train.py configs/tcc/tcc_synthetic.py

Data, network and steps as carl_synthetic.py; the settings are those of
configs/_base_/methods.py.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.methods import same_action, tcc, tcc_crop
    from ..carl_synthetic import *

model.merge(tcc)
train_dataloader.update(batch_sampler=same_action)
train_dataloader.dataset.pipeline[1] = dict(num_frames=num_frames, **tcc_crop)
