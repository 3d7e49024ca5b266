r"""D3TW on Pouring, in CARL's network.

    bash tools/dist_train.sh configs/d3tw/d3tw_pouring.py 4

Data, cost, network and schedule are those of carl_pouring.py, the settings those of
configs/_base_/methods.py. Each process takes 2 videos of one action. Not run. The paper
gives no figure.

Relative time alone solves this loss in CARL's network, which knows positions: on
generated videos it learnt to align no better than the position-only control
(benchmarks/quality/quality.md). To train without positions:

    bash tools/dist_train.sh configs/d3tw/d3tw_pouring.py 4 \
        --cfg-options model.neck.position=none
"""

from mmengine.config import read_base

with read_base():
    from .._base_.methods import d3tw, pair_crop, same_action
    from ..carl_pouring import *

model.merge(d3tw)
train_steps.temporal_crop = dict(**pair_crop, num_frames=num_frames)
train_dataloader.update(batch_size=2, batch_sampler=same_action)
auto_scale_lr.update(base_batch_size=8)
train_dataloader.dataset.pipeline = list(train_steps.values())
knobs = picture_knobs
