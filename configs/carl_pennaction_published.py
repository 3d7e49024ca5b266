"""CARL on Penn Action as in the authors' released code, not as in the paper.

    bash tools/dist_train.sh configs/carl_pennaction_published.py 4

Supervised ImageNet weights, fp16, the code's window and blur, a test crop of the stored
frame, chunks of 1,000 test frames. Data and cost as carl_pennaction.py; not run. The
paper does not say which of its numbers are the code's.
"""

from mmengine.config import read_base

with read_base():
    from ._base_.published import *
    from .carl_pennaction import *

model.backbone.init_cfg = supervised_weights
model.max_frames = 1000
model.data_preprocessor.augmentation.update(published_blur)
optim_wrapper.update(float16)
train_steps.temporal_crop.update(window='published')
train_dataloader.dataset.pipeline = list(train_steps.values())
center_crop.update(short_side=0)
test_steps.whole_video.update(transforms=[center_crop])
test_dataloader.dataset.pipeline = list(test_steps.values())
val_dataloader = test_dataloader
knobs.pop('min_overlap')  # the code's window has none
