"""Training on cached features of a frozen backbone.

A leaf appends ``feature_cache`` to ``custom_hooks``. Steps have names; a leaf that
changes one lists them anew, as in train_pictures.py.
"""

from mmengine.dataset import DefaultSampler, default_collate

from carl_mm.datasets import (
    ClipConsistentFlip,
    ClipConsistentResizedCrop,
    DualViewTemporalCrop,
    FramewiseVideoDataset,
    OpenCachedFeatures,
    OpenVideo,
    PackFramewiseInputs,
    TakeCachedFeatures,
    WholeVideo,
)
from carl_mm.engine import FeatureCacheHook

train_steps = dict(
    open_features=dict(type=OpenCachedFeatures),
    temporal_crop=dict(type=DualViewTemporalCrop, num_frames=32, window='share'),
    take_features=dict(type=TakeCachedFeatures),
    pack_inputs=dict(type=PackFramewiseInputs),
)
train_dataloader = dict(
    batch_size=8,
    num_workers=0,  # a sample is a read of 2 x T vectors
    sampler=dict(type=DefaultSampler, shuffle=True),
    collate_fn=dict(type=default_collate),
    dataset=dict(
        type=FramewiseVideoDataset,
        ann_file='annotations.json',
        data_root=None,
        data_prefix=dict(video='videos'),
        split='train',
        pipeline=list(train_steps.values()),
    ),
)
resized_crop = dict(type=ClipConsistentResizedCrop, size=112)
flip = dict(type=ClipConsistentFlip)
cache_steps = dict(
    open_video=dict(type=OpenVideo),
    whole_video=dict(type=WholeVideo, transforms=[resized_crop, flip]),
    pack_inputs=dict(type=PackFramewiseInputs),
)
feature_cache = dict(
    type=FeatureCacheHook,
    cache_dir='work_dirs/feature_cache',
    num_copies=4,
    transforms=list(cache_steps.values()),
)
# For --auto-scale-lr: the rate is that of so many videos a step.
auto_scale_lr = dict(enable=False, base_batch_size=8)
