"""Training on two views of a video's pictures, at 224 pixels."""

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
        pipeline=[
            dict(type=OpenVideo),
            dict(
                type=DualViewTemporalCrop,
                num_frames=240,
                max_crop_ratio=1.5,
                min_overlap=0.2,
                sampling='random',
                window='paper',
            ),
            dict(
                type=DecodeViews,
                transforms=[
                    dict(type=ClipConsistentResizedCrop, size=224, scale=(0.8, 1.0)),
                    dict(type=ClipConsistentFlip, prob=0.5),
                ],
            ),
            dict(type=PackFramewiseInputs),
        ],
    ),
)
