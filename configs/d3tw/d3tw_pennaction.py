"""D3TW on Penn Action, in CARL's network.

    bash tools/dist_train.sh configs/d3tw/d3tw_pennaction.py 4

Data, cost, network and schedule as carl_pennaction.py, settings from
configs/_base_/alignment_methods.py; not run. The paper gives no figure. Each process
takes 2 videos of one action.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.alignment_methods import d3tw, pair_crop, same_action
    from ..carl_pennaction import *

model.merge(d3tw)
train_dataloader.update(batch_size=2, batch_sampler=same_action)
train_dataloader.dataset.pipeline[1] = dict(num_frames=num_frames, **pair_crop)
