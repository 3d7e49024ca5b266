r"""CARL on Penn Action, 13 actions (paper, Tables 1 and 2).

    bash tools/dist_train.sh configs/carl_pennaction.py 4

Table 1's other setting trains and judges one action alone:

    bash tools/dist_train.sh configs/carl_pennaction.py 4 \
        --cfg-options action=golf_swing

Data: data/penn_action/annotations.json and videos/, made by
tools/dataset_converters/penn_action.py. Cost: 300 epochs of 1,140 videos;
not run. Target (the paper's): classification 93.07, progress 0.918, tau 0.985,
AP@5/10/15 92.28 / 92.10 / 91.82.

Without a network: see configs/_base_/carl_r50.py.
"""

from mmengine.config import read_base

with read_base():
    from ._base_.carl_r50 import *
    from ._base_.knobs import carl_knobs, picture_knobs, window_knobs
    from ._base_.runtime import *
    from ._base_.testing import *
    from ._base_.train_pictures import *

num_frames = 80
action = None  # all 13, or the name of one
data_root = 'data/penn_action'

model.neck.update(num_frames=num_frames)
train_steps.temporal_crop.update(num_frames=num_frames)
train_dataloader.dataset.update(
    data_root=data_root, action=action, pipeline=list(train_steps.values())
)
test_dataloader.dataset.update(data_root=data_root, action=action)
metrics.kendalls_tau.update(stride=2)
metrics.frame_retrieval.update(stride=2)
test_evaluator = list(metrics.values())
val_dataloader = test_dataloader
val_evaluator = test_evaluator
knobs = dict(**picture_knobs, **carl_knobs, **window_knobs)
