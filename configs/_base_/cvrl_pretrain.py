"""CVRL's training without labels: two clips of each video, NT-Xent over processes."""

from mmengine.dataset import DefaultSampler, default_collate
from mmengine.optim import CosineAnnealingLR, LinearLR

from carl_mm.compat import AutocastOptimWrapper
from carl_mm.datasets import (
    ClipConsistentFlip,
    ClipConsistentResizedCrop,
    DecodeViews,
    DrawClipPair,
    FramewiseVideoDataset,
    OpenVideo,
    PackFramewiseInputs,
)
from carl_mm.models import (
    ClipContrastiveHead,
    ClipRecognizer,
    FramewiseDataPreprocessor,
    NTXentLoss,
)

first_view = dict(blur_prob=1.0)
second_view = dict(blur_prob=0.1, solarize_prob=0.2)
model = dict(
    type=ClipRecognizer,
    backbone=None,
    cls_head=dict(
        type=ClipContrastiveHead,
        in_channels=2048,
        hidden_channels=2048,
        out_channels=128,
        num_hidden=3,
        loss=dict(type=NTXentLoss, temperature=0.1),
    ),
    data_preprocessor=dict(
        type=FramewiseDataPreprocessor,
        mean=(0.0, 0.0, 0.0),
        std=(255.0, 255.0, 255.0),
        augmentation=[first_view, second_view],
        released=False,
    ),
)
resized_crop = dict(
    type=ClipConsistentResizedCrop, size=224, scale=(0.3, 1.0), ratio=(0.5, 2.0)
)
flip = dict(type=ClipConsistentFlip, prob=0.5)
train_steps = dict(
    open_video=dict(type=OpenVideo),
    clip_pair=dict(type=DrawClipPair, num_frames=16, frame_interval=2),
    decode_views=dict(type=DecodeViews, transforms=[resized_crop, flip]),
    pack_inputs=dict(type=PackFramewiseInputs),
)
train_dataloader = dict(
    batch_size=16,
    num_workers=8,
    persistent_workers=True,
    pin_memory=True,
    drop_last=True,  # every process must have as many videos
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
# On a CPU use OptimWrapper if clips are so short that features of length 2 in time meet
# a kernel of 3: there torch 2.11 leaves a part of the bfloat16 gradient unwritten.
optim_wrapper = dict(
    type=AutocastOptimWrapper,
    optimizer=dict(type='SGD', lr=0.32, momentum=0.9, weight_decay=1e-6),
    # Weights of layers alone decay, as published.
    paramwise_cfg=dict(norm_decay_mult=0, bias_decay_mult=0),
)
warmup = dict(
    type=LinearLR, start_factor=1e-3, begin=0, end=5, convert_to_iter_based=True
)
# Multiplied by the warm-up from the first step on, as published; ends with training.
cosine = dict(type=CosineAnnealingLR, eta_min=0, begin=0, convert_to_iter_based=True)
clip_schedule = [warmup, cosine]
auto_scale_lr = dict(enable=False, base_batch_size=1024)
# What `--cfg-options KNOB=VALUE` sets.
clip_knobs = dict(
    # As the released code: how it changes colours, blurs and pads.
    released=['model.backbone.released', 'model.data_preprocessor.released'],
    max_epochs=['train_cfg.max_epochs'],
    batch_size=['train_dataloader.batch_size'],
    lr=['optim_wrapper.optimizer.lr'],
)
