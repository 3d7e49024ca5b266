r"""CVRL judged frame by frame on Penn Action, beside CARL.

    python tools/test.py configs/cvrl/cvrl_pennaction.py \
        work_dirs/cvrl_r3d50_k400/epoch_200.pth

To train on Penn Action's own videos, without labels:

    bash tools/dist_train.sh configs/cvrl/cvrl_pennaction.py 8 --auto-scale-lr

A clip of 16 frames slides over each video; a frame's embedding is the feature of the
clip around it. Data: as for carl_pennaction.py. Cost: as many steps of two clips as
carl_pennaction.py has; not run. No paper gives a figure for it.
"""

from mmengine.config import read_base
from mmengine.runner import EpochBasedTrainLoop

with read_base():
    from .._base_.cvrl_pretrain import *
    from .._base_.cvrl_r3d50 import r3d50
    from .._base_.runtime import *
    from .._base_.testing import *

data_root = 'data/penn_action'
max_epochs = 300

model.update(backbone=r3d50)
train_dataloader.dataset.update(data_root=data_root)
# The clips of a cut or warped video would have to be decoded anew.
test_steps.pop('evaluation_cuts')
test_dataloader.dataset.update(data_root=data_root, pipeline=list(test_steps.values()))
metrics.kendalls_tau.update(stride=2)
metrics.frame_retrieval.update(stride=2)
test_evaluator = list(metrics.values())
val_dataloader = test_dataloader
val_evaluator = test_evaluator
train_cfg = dict(
    type=EpochBasedTrainLoop, max_epochs=max_epochs, val_interval=max_epochs
)
param_scheduler = clip_schedule
knobs = dict(max_epochs=['train_cfg.max_epochs', 'train_cfg.val_interval'])
