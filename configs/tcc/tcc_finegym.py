r"""TCC on FineGym99 or FineGym288, in CARL's network.

    bash tools/dist_train.sh configs/tcc/tcc_finegym.py 4

Data, cost, network and schedule are those of carl_finegym.py, the settings those of
configs/_base_/methods.py. Each process takes 2 videos of one action. Not run. The
paper's figures, for another network (Table 3): 25.18; FineGym288 20.82.

Relative time alone solves this loss in CARL's network, which knows positions: on
generated videos it learnt to align no better than the position-only control
(benchmarks/quality/quality.md). To train without positions:

    bash tools/dist_train.sh configs/tcc/tcc_finegym.py 4 \
        --cfg-options model.neck.position=none
"""

from mmengine.config import read_base

with read_base():
    from .._base_.methods import same_action, tcc, tcc_crop
    from ..carl_finegym import *

model.merge(tcc)
model.cls_head.update(normalize=True)  # as in the code of CARL's authors, here alone
train_steps.temporal_crop = dict(**tcc_crop, num_frames=num_frames)
train_dataloader.update(batch_size=2, batch_sampler=same_action)
auto_scale_lr.update(base_batch_size=8)
train_dataloader.dataset.pipeline = list(train_steps.values())
knobs = picture_knobs
