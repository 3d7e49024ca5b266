"""GTA on Penn Action, in CARL's network.

    bash tools/dist_train.sh configs/gta/gta_pennaction.py 4

Data, cost, network and schedule as carl_pennaction.py, settings from
configs/_base_/alignment_methods.py; not run. The paper gives: Table 1's, another
network: progress 0.789, tau 0.748. Each process takes 2 videos of one action.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.alignment_methods import gta, pair_crop, same_action
    from ..carl_pennaction import *

model.merge(gta)
train_dataloader.update(batch_size=2, batch_sampler=same_action)
train_dataloader.dataset.pipeline[1] = dict(num_frames=num_frames, **pair_crop)
