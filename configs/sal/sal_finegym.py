"""Shuffle and Learn on FineGym99 or FineGym288, in CARL's network.

    bash tools/dist_train.sh configs/sal/sal_finegym.py 4

Data, cost, network and schedule as carl_finegym.py, settings from
configs/_base_/methods.py; not run. The paper gives: Table 3's, another network: 21.45,
FineGym288 19.58.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.methods import sal, whole_video
    from ..carl_finegym import *

model.merge(sal)
train_dataloader.dataset.pipeline[1] = dict(num_frames=num_frames, **whole_video)
