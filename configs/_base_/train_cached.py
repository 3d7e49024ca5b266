"""Training on cached features of a frozen backbone.

A leaf appends ``feature_cache`` to ``custom_hooks``.
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
        pipeline=[
            dict(type=OpenCachedFeatures),
            dict(type=DualViewTemporalCrop, num_frames=32, window='share'),
            dict(type=TakeCachedFeatures),
            dict(type=PackFramewiseInputs),
        ],
    ),
)
feature_cache = dict(
    type=FeatureCacheHook,
    cache_dir='work_dirs/feature_cache',
    num_copies=4,
    transforms=[
        dict(type=OpenVideo),
        dict(
            type=WholeVideo,
            transforms=[
                dict(type=ClipConsistentResizedCrop, size=112),
                dict(type=ClipConsistentFlip),
            ],
        ),
        dict(type=PackFramewiseInputs),
    ],
)
# What `--cfg-options KNOB=VALUE` reaches, beside runtime.py's; a leaf adds it.
cached_knobs = dict(
    size=[
        'custom_hooks.3.transforms.1.transforms.0.size',
        'val_dataloader.dataset.pipeline.1.transforms.0.size',
        'test_dataloader.dataset.pipeline.1.transforms.0.size',
    ],
    max_epochs=['train_cfg.max_epochs', 'train_cfg.val_interval'],
)
