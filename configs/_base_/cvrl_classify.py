"""One class for each video: linear evaluation of a frozen CVRL backbone.

Recognizer, transforms and metric are mmaction2's; videos are opened as elsewhere here.
"""

from mmaction.datasets.transforms import (
    Flip,
    FormatShape,
    PackActionInputs,
    RandomResizedCrop,
    Resize,
    SampleFrames,
    ThreeCrop,
)
from mmaction.evaluation import AccMetric
from mmaction.models import ActionDataPreprocessor, Recognizer3D
from mmengine.config import read_base
from mmengine.dataset import DefaultSampler, pseudo_collate
from mmengine.optim import CosineAnnealingLR, LinearLR
from mmengine.runner import EpochBasedTrainLoop, TestLoop, ValLoop

from carl_mm.compat import AutocastOptimWrapper
from carl_mm.datasets import ClipVideoDataset, DecodeClips, OpenVideo
from carl_mm.models import ClipLinearHead

with read_base():
    from .cvrl_r3d50 import r3d50

model = dict(
    type=Recognizer3D,
    backbone=dict(**r3d50, frozen_stages=4, norm_eval=True),
    cls_head=dict(type=ClipLinearHead, num_classes=400, in_channels=2048),
    data_preprocessor=dict(
        type=ActionDataPreprocessor,
        mean=(0.0, 0.0, 0.0),
        std=(255.0, 255.0, 255.0),
        format_shape='NCTHW',
    ),
    test_cfg=dict(max_testing_views=10),  # clips at once
)
train_steps = dict(
    open_video=dict(type=OpenVideo),
    sample_frames=dict(type=SampleFrames, clip_len=32, frame_interval=2, num_clips=1),
    decode_clips=dict(type=DecodeClips),
    random_crop=dict(
        type=RandomResizedCrop, area_range=(0.3, 1.0), aspect_ratio_range=(0.5, 2.0)
    ),
    resize=dict(type=Resize, scale=(224, 224), keep_ratio=False),
    flip=dict(type=Flip, flip_ratio=0.5),
    format_shape=dict(type=FormatShape, input_format='NCTHW'),
    pack_inputs=dict(type=PackActionInputs),
)
train_dataloader = dict(
    batch_size=64,
    num_workers=8,
    persistent_workers=True,
    drop_last=True,
    sampler=dict(type=DefaultSampler, shuffle=True),
    collate_fn=dict(type=pseudo_collate),
    dataset=dict(
        type=ClipVideoDataset,
        ann_file='annotations.json',
        data_root=None,
        data_prefix=dict(video='videos'),
        split='train',
        num_classes=400,
        label_share=1.0,
        pipeline=list(train_steps.values()),
    ),
)
test_steps = dict(
    open_video=dict(type=OpenVideo),
    sample_frames=dict(
        type=SampleFrames, clip_len=32, frame_interval=2, num_clips=10, test_mode=True
    ),
    decode_clips=dict(type=DecodeClips),
    resize=dict(type=Resize, scale=(-1, 256)),
    three_crops=dict(type=ThreeCrop, crop_size=256),
    format_shape=dict(type=FormatShape, input_format='NCTHW'),
    pack_inputs=dict(type=PackActionInputs),
)
test_dataloader = dict(
    batch_size=1,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type=DefaultSampler, shuffle=False),
    collate_fn=dict(type=pseudo_collate),
    dataset=dict(
        type=ClipVideoDataset,
        ann_file='annotations.json',
        data_root=None,
        data_prefix=dict(video='videos'),
        split='val',
        num_classes=400,
        test_mode=True,
        pipeline=list(test_steps.values()),
    ),
)
test_evaluator = dict(type=AccMetric)
val_cfg = dict(type=ValLoop)
test_cfg = dict(type=TestLoop)
train_cfg = dict(type=EpochBasedTrainLoop, max_epochs=100, val_interval=100)
optim_wrapper = dict(
    type=AutocastOptimWrapper,
    optimizer=dict(type='SGD', lr=32.0, momentum=0.9, weight_decay=0.0),
)
classify_schedule = [
    dict(type=LinearLR, start_factor=1e-3, begin=0, end=5, convert_to_iter_based=True),
    dict(type=CosineAnnealingLR, eta_min=0, begin=0, convert_to_iter_based=True),
]
auto_scale_lr = dict(enable=False, base_batch_size=1024)
# What `--cfg-options KNOB=VALUE` sets.
classify_knobs = dict(
    released=['model.backbone.released'],
    num_classes=[
        'model.cls_head.num_classes',
        'train_dataloader.dataset.num_classes',
        'val_dataloader.dataset.num_classes',
        'test_dataloader.dataset.num_classes',
    ],
    label_share=['train_dataloader.dataset.label_share'],
    max_epochs=['train_cfg.max_epochs', 'train_cfg.val_interval'],
    batch_size=['train_dataloader.batch_size'],
    lr=['optim_wrapper.optimizer.lr'],
)
