"""TCC on Pouring, in CARL's network.

    bash tools/dist_train.sh configs/tcc/tcc_pouring.py 4

Data, cost, network and schedule as carl_pouring.py, settings from
configs/_base_/methods.py; not run. The paper gives: Table 4's, another network:
classification 91.53, progress 0.837, tau 0.864. Each process takes 2 videos of one
action.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.methods import same_action, tcc, tcc_crop
    from ..carl_pouring import *

model.merge(tcc)
train_dataloader.update(batch_size=2, batch_sampler=same_action)
train_dataloader.dataset.pipeline[1] = dict(num_frames=num_frames, **tcc_crop)
