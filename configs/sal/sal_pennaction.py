"""Shuffle and Learn on Penn Action, in CARL's network.

    bash tools/dist_train.sh configs/sal/sal_pennaction.py 4

Data, cost, network and schedule are those of carl_pennaction.py, the settings those of
configs/_base_/methods.py. Not run. The paper's figures, for another network (Table 1):
classification 68.15, progress 0.390, tau 0.474.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.methods import sal, sal_crop
    from ..carl_pennaction import *

model.merge(sal)
train_steps.temporal_crop = dict(**sal_crop, num_frames=num_frames)
train_dataloader.dataset.pipeline = list(train_steps.values())
knobs = picture_knobs
