"""TCN (single view) on generated videos, in CARL's network.

    python tools/train.py configs/tcn/tcn_synthetic.py

Data, network and number of steps are those of carl_synthetic.py, the settings those of
configs/_base_/methods.py.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.methods import tcn, tcn_crop
    from ..carl_synthetic import *

model.merge(tcn)
train_steps.temporal_crop = dict(**tcn_crop, num_frames=num_frames)
train_dataloader.dataset.pipeline = list(train_steps.values())
knobs = cached_knobs
