r"""TCN (single view) on Pouring, in CARL's network.

    bash tools/dist_train.sh configs/tcn/tcn_pouring.py 4

Data, cost, network and schedule are those of carl_pouring.py, the settings those of
configs/_base_/methods.py. Not run. The paper's figures, for another network (Table 4):
classification 89.53, progress 0.804, tau 0.852.

Relative time alone solves this loss in CARL's network, which knows positions: on
generated videos it learnt to align no better than the position-only control
(benchmarks/quality/quality.md). To train without positions:

    bash tools/dist_train.sh configs/tcn/tcn_pouring.py 4 \
        --cfg-options model.neck.position=none
"""

from mmengine.config import read_base

with read_base():
    from .._base_.methods import tcn, tcn_crop
    from ..carl_pouring import *

model.merge(tcn)
model.cls_head.update(normalize=True)  # as in the code of CARL's authors
train_steps.temporal_crop = dict(**tcn_crop, num_frames=num_frames)
train_dataloader.dataset.pipeline = list(train_steps.values())
knobs = picture_knobs
