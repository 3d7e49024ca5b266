r"""CARL's network supervised by FineGym's frame labels (paper, Table 11, last row).

    bash tools/dist_train.sh configs/supervised/finegym_supervised.py 4
    bash tools/dist_train.sh configs/supervised/finegym_supervised.py 4 \
        --cfg-options video_share=0.1

All layers learn, as the paper says, and both augmented crops of a video are classified;
finegym_supervised_published.py is the authors' config, which differs. Data: as
carl_finegym.py; for FineGym288 pass `--data-root data/finegym288 --cfg-options
num_classes=288`. Cost: 300 epochs of 3,182 videos; not run. Target (the
paper's): 24.51 / 48.75 / 60.37 with 10 / 50 / 100% of the labels.

Without a network: see configs/_base_/carl_r50.py.
"""

from mmengine.config import read_base

from carl_mm.evaluation import FrameAccuracy
from carl_mm.models import FramewiseClassificationHead

with read_base():
    from .._base_.carl_r50 import *
    from .._base_.knobs import picture_knobs
    from .._base_.runtime import *
    from .._base_.testing import *
    from .._base_.train_pictures import *

num_frames = 240
data_root = 'data/finegym99'

model.backbone.update(frozen_stages=-1)
model.neck.update(num_frames=num_frames)
model.cls_head = dict(type=FramewiseClassificationHead, num_classes=99)
model.controls = ()  # a classifier has none
model.data_preprocessor.update(augmentation=dict(blur_prob=0.0))
train_steps.temporal_crop.update(num_frames=num_frames)
train_dataloader.dataset.update(
    data_root=data_root,
    with_labels=True,
    pipeline=list(train_steps.values()),
)
test_dataloader.dataset.update(data_root=data_root, split='test')
test_evaluator = [dict(type=FrameAccuracy)]
val_dataloader = test_dataloader
val_evaluator = test_evaluator
knobs = dict(
    **picture_knobs,
    num_classes=['model.cls_head.num_classes'],
    video_share=['train_dataloader.dataset.video_share'],
)
