"""TCC on FineGym99 or FineGym288, in CARL's network.

    bash tools/dist_train.sh configs/tcc/tcc_finegym.py 4

Data, cost, network and schedule are those of carl_finegym.py, the settings those of
configs/_base_/methods.py. Each process takes 2 videos of one action. Not run. The
paper's figures, for another network (Table 3): 25.18; FineGym288 20.82.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.methods import same_action, tcc, tcc_crop
    from ..carl_finegym import *

model.merge(tcc)
train_steps.temporal_crop = dict(**tcc_crop, num_frames=num_frames)
train_dataloader.update(batch_size=2, batch_sampler=same_action)
auto_scale_lr.update(base_batch_size=8)
train_dataloader.dataset.pipeline = list(train_steps.values())
knobs = picture_knobs
