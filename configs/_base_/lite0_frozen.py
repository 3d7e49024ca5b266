"""A frozen EfficientNet-Lite0 from PyPI under CARL's temporal network."""

from mmengine.optim import OptimWrapper

from carl_mm.models import (
    EfficientNetLite0,
    FramewiseDataPreprocessor,
    FramewiseRecognizer,
    SequenceContrastiveHead,
    SequenceContrastiveLoss,
    TemporalTransformer,
)

model = dict(
    type=FramewiseRecognizer,
    backbone=dict(type=EfficientNetLite0),
    freeze_backbone=True,
    backbone_dtype='auto',  # bfloat16 where the hardware has it
    neck=dict(type=TemporalTransformer, in_channels=2560, num_frames=32, num_layers=3),
    cls_head=dict(
        type=SequenceContrastiveHead,
        loss=dict(type=SequenceContrastiveLoss, variance=10.0, temperature=0.1),
    ),
    spatial_pooling='max_mean',
    data_preprocessor=dict(type=FramewiseDataPreprocessor, augmentation=dict()),
)
optim_wrapper = dict(
    type=OptimWrapper,
    optimizer=dict(type='Adam', lr=3e-4, weight_decay=1e-5),
    clip_grad=dict(max_norm=10),
)
