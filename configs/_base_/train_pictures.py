"""Training on two views of a video's pictures, at 224 pixels.

Steps have names. A change of one takes effect once the steps are listed anew, as what
is imported from a base is a copy:

    train_steps.temporal_crop.update(num_frames=80)
    train_dataloader.dataset.pipeline = list(train_steps.values())
"""

from mmengine.dataset import DefaultSampler, default_collate

from carl_mm.datasets import (
    ClipConsistentFlip,
    ClipConsistentResizedCrop,
    DecodeViews,
    DualViewTemporalCrop,
    FramewiseVideoDataset,
    OpenVideo,
    PackFramewiseInputs,
)

resized_crop = dict(type=ClipConsistentResizedCrop, size=224, scale=(0.8, 1.0))
flip = dict(type=ClipConsistentFlip, prob=0.5)
train_steps = dict(
    open_video=dict(type=OpenVideo),
    temporal_crop=dict(
        type=DualViewTemporalCrop,
        num_frames=240,
        max_crop_ratio=1.5,
        min_overlap=0.2,
        sampling='random',
        window='paper',
    ),
    decode_views=dict(type=DecodeViews, transforms=[resized_crop, flip]),
    pack_inputs=dict(type=PackFramewiseInputs),
)
train_dataloader = dict(
    batch_size=1,
    num_workers=4,
    persistent_workers=True,
    pin_memory=True,
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
# For --auto-scale-lr: the rate is that of so many videos a step.
auto_scale_lr = dict(enable=False, base_batch_size=4)  # one on each of 4 processes
