"""TCN, single view on generated videos, in CARL's network.

    python tools/train.py configs/tcn/tcn_synthetic.py

Data, network and steps as carl_synthetic.py; the settings are those of
configs/_base_/methods.py.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.methods import tcn, tcn_crop
    from ..carl_synthetic import *

model.merge(tcn)
train_dataloader.dataset.pipeline[1] = dict(num_frames=num_frames, **tcn_crop)
