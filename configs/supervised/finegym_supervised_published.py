r"""The supervised network on FineGym as in the config of CARL's authors.

    bash tools/dist_train.sh configs/supervised/finegym_supervised_published.py 4

The paper's Table 11 says that all layers learn, as in finegym_supervised.py. Its
authors' config differs: res5 and what follows learn, from supervised ImageNet weights;
100 epochs of 2 videos a process; one view of each, in the code's window; whole frames,
flipped or not, with mild changes of brightness and contrast alone; dropout before the
classifier; fp16. Data, options and targets as finegym_supervised.py; not run. The paper
does not say which of the two its figures are from.
"""

from mmengine.config import read_base

from carl_mm.datasets import ClipConsistentResize, SingleViewTemporalCrop

with read_base():
    from .._base_.published import *
    from .finegym_supervised import *

model.backbone.update(frozen_stages=3, init_cfg=supervised_weights)
model.max_frames = 6000
model.cls_head.update(dropout=0.1)
model.data_preprocessor.augmentation = dict(
    jitter_prob=1.0,
    brightness=32 / 255,
    contrast=0.5,
    saturation=0.0,
    hue=0.0,
    gray_prob=0.0,
    blur_prob=0.0,
)
whole_frame = dict(type=ClipConsistentResize, size=224)
train_steps.temporal_crop = dict(
    type=SingleViewTemporalCrop,
    num_frames=num_frames,
    max_crop_ratio=1.5,
    window='published_finegym',
)
train_steps.decode_views.update(transforms=[whole_frame, flip])
train_dataloader.update(batch_size=2)
train_dataloader.dataset.pipeline = list(train_steps.values())
test_steps.whole_video.update(transforms=[whole_frame])
test_dataloader.dataset.pipeline = list(test_steps.values())
val_dataloader = test_dataloader
optim_wrapper.update(float16)
train_cfg.update(max_epochs=100)
auto_scale_lr.update(base_batch_size=8)  # two on each of 4 processes
