"""CARL on Kinetics-400 as in the authors' released code, not as in the paper.

    bash tools/dist_train.sh configs/carl_k400_published.py 4

Supervised ImageNet weights, fp16, the code's window and blur. Data and cost as
carl_k400.py; not run. The paper does not say which of its numbers are the code's.
"""

from mmengine.config import read_base

with read_base():
    from ._base_.published import *
    from .carl_k400 import *

model.backbone.init_cfg = supervised_weights
model.data_preprocessor.augmentation.update(published_blur)
optim_wrapper.update(float16)
train_steps.temporal_crop.update(window='published')
train_dataloader.dataset.pipeline = list(train_steps.values())
knobs.pop('min_overlap')  # the code's window has none
