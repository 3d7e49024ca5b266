r"""TCN (single view) on Penn Action, in CARL's network.

    bash tools/dist_train.sh configs/tcn/tcn_pennaction.py 4

Data, cost, network and schedule are those of carl_pennaction.py, the settings those of
configs/_base_/methods.py. Not run. Target (the paper's Table 8): classification 86.31,
progress 0.898, tau 0.832.

Relative time alone solves this loss in CARL's network, which knows positions: on
generated videos it learnt to align no better than the position-only control
(benchmarks/quality/quality.md). To train without positions:

    bash tools/dist_train.sh configs/tcn/tcn_pennaction.py 4 \
        --cfg-options model.neck.position=none
"""

from mmengine.config import read_base

with read_base():
    from .._base_.methods import tcn, tcn_crop
    from ..carl_pennaction import *

model.merge(tcn)
model.cls_head.update(normalize=True)  # as in the code of CARL's authors
train_steps.temporal_crop = dict(**tcn_crop, num_frames=num_frames)
train_dataloader.dataset.pipeline = list(train_steps.values())
knobs = picture_knobs
