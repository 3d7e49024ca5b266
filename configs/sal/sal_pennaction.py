"""Shuffle and Learn on Penn Action, in CARL's network.

    bash tools/dist_train.sh configs/sal/sal_pennaction.py 4

Data, cost, network and schedule as carl_pennaction.py, settings from
configs/_base_/methods.py; not run. The paper gives: Table 1's, another network:
classification 68.15, progress 0.390, tau 0.474.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.methods import sal, whole_video
    from ..carl_pennaction import *

model.merge(sal)
train_dataloader.dataset.pipeline[1] = dict(num_frames=num_frames, **whole_video)
