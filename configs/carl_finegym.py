"""CARL on FineGym99 or FineGym288 event clips (paper, Tables 3, 10 and 11).

    bash tools/dist_train.sh configs/carl_finegym.py 4
    bash tools/dist_train.sh configs/carl_finegym.py 4 --data-root data/finegym288

Data: data/finegym99/annotations.json and videos/, made by
tools/dataset_converters/finegym.py; one action, whose phases are the element classes.
Cost: 300 epochs of 3,182 videos (the paper's list, v1.0); not run. Target (the
paper's): linear accuracy 41.75 (10 / 50 / 100% of the labels: 33.53 / 39.89 / 41.75),
FineGym288 35.23. Blur is off, as in the published code.

The evaluation holds an embedding of all train and test frames in the memory of the
process that judges it: 3 million frames take 1.5 GB at 128 channels, and 24 GB for the
backbone control, which `--cfg-options "model.controls=(position,untrained)"` leaves
out. The centred control, which it leaves out as well, takes as much in a process of its
own, and as much again while it is judged.

Without a network: see configs/_base_/carl_r50.py.
"""

from mmengine.config import read_base

from carl_mm.evaluation import LinearClassification

with read_base():
    from ._base_.carl_r50 import *
    from ._base_.knobs import carl_knobs, picture_knobs, window_knobs
    from ._base_.runtime import *
    from ._base_.testing import *
    from ._base_.train_pictures import *

num_frames = 240
data_root = 'data/finegym99'

model.neck.update(num_frames=num_frames)
model.data_preprocessor.update(augmentation=dict(blur_prob=0.0))
train_steps.temporal_crop.update(num_frames=num_frames)
train_dataloader.dataset.update(
    data_root=data_root, pipeline=list(train_steps.values())
)
test_dataloader.dataset.update(data_root=data_root)
# As published: 10 videos for each of four processes, whole steps alone.
test_evaluator = [dict(type=LinearClassification, videos_per_batch=40, drop_last=True)]
val_dataloader = test_dataloader
val_evaluator = test_evaluator
knobs = dict(**picture_knobs, **carl_knobs, **window_knobs)
