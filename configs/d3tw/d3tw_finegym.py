"""D3TW on FineGym99 or FineGym288, in CARL's network.

    bash tools/dist_train.sh configs/d3tw/d3tw_finegym.py 4

Data, cost, network and schedule as carl_finegym.py, settings from
configs/_base_/alignment_methods.py; not run. The paper gives: Table 3's, another
network: 15.28, FineGym288 14.07. Each process takes 2 videos of one action.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.alignment_methods import d3tw, pair_crop, same_action
    from ..carl_finegym import *

model.merge(d3tw)
train_dataloader.update(batch_size=2, batch_sampler=same_action)
train_dataloader.dataset.pipeline[1] = dict(num_frames=num_frames, **pair_crop)
