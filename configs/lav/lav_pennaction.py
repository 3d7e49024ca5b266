"""LAV on Penn Action, in CARL's network.

    bash tools/dist_train.sh configs/lav/lav_pennaction.py 4

Data, cost, network and schedule as carl_pennaction.py, settings from
configs/_base_/alignment_methods.py; not run. The paper gives: Table 1's, another
network: classification 78.68, progress 0.625, tau 0.684; a model an action 84.25,
0.661, 0.805; AP@5/10/15 79.13 / 78.98 / 78.90 (Table 2). Each process takes 2 videos of
one action.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.alignment_methods import lav, pair_crop, same_action
    from ..carl_pennaction import *

model.merge(lav)
train_dataloader.update(batch_size=2, batch_sampler=same_action)
train_dataloader.dataset.pipeline[1] = dict(num_frames=num_frames, **pair_crop)
