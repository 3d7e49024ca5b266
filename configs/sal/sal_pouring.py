"""Shuffle and Learn on Pouring, in CARL's network.

    bash tools/dist_train.sh configs/sal/sal_pouring.py 4

Data, cost, network and schedule as carl_pouring.py, settings from
configs/_base_/methods.py; not run. The paper gives no figure.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.methods import sal, whole_video
    from ..carl_pouring import *

model.merge(sal)
train_dataloader.dataset.pipeline[1] = dict(num_frames=num_frames, **whole_video)
