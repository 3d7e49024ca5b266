"""CARL on FineGym as in the authors' released code, not as in the paper.

    bash tools/dist_train.sh configs/carl_finegym_published.py 4

Supervised ImageNet weights, fp16, the code's window, a test crop of the stored frame,
chunks of 6,000 test frames. Data and cost as carl_finegym.py; not run. The paper does
not say which of its numbers are the code's.
"""

from mmengine.config import read_base

with read_base():
    from ._base_.published import *
    from .carl_finegym import *

model.backbone.init_cfg = supervised_weights
model.max_frames = 6000
optim_wrapper.update(float16)
train_steps.temporal_crop.update(window='published_finegym')
train_dataloader.dataset.pipeline = list(train_steps.values())
center_crop.update(short_side=0)
test_steps.whole_video.update(transforms=[center_crop])
test_dataloader.dataset.pipeline = list(test_steps.values())
val_dataloader = test_dataloader
