"""CARL on Pouring (paper, Table 4): two layers, 500 epochs.

    bash tools/dist_train.sh configs/carl_pouring.py 4

Data: data/pouring/annotations.json and videos/. Cost: 500 epochs of 70 videos; not
run. Target (the paper's): classification 93.73, progress 0.935, tau 0.992.

Without a network: see configs/_base_/carl_r50.py.
"""

from mmengine.config import read_base

with read_base():
    from ._base_.carl_r50 import *
    from ._base_.knobs import carl_knobs, picture_knobs, window_knobs
    from ._base_.runtime import *
    from ._base_.testing import *
    from ._base_.train_pictures import *

num_frames = 240
data_root = 'data/pouring'

model.neck.update(num_frames=num_frames, num_layers=2)
train_steps.temporal_crop.update(num_frames=num_frames)
train_dataloader.dataset.update(
    data_root=data_root, pipeline=list(train_steps.values())
)
test_dataloader.dataset.update(data_root=data_root)
metrics.kendalls_tau.update(stride=5)
metrics.frame_retrieval.update(stride=5)
test_evaluator = list(metrics.values())
train_cfg.update(max_epochs=500)
val_dataloader = test_dataloader
val_evaluator = test_evaluator
knobs = dict(**picture_knobs, **carl_knobs, **window_knobs)
