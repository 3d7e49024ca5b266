"""The paper's network and optimizer: ResNet-50 with BYOL's weights, res5 learns.

Training downloads these weights when it starts. Without a network, download the file
below on another machine and pass `--cfg-options
model.backbone.init_cfg.checkpoint=FILE`.
"""

from mmpretrain.models import ResNet

from carl_mm.compat import AutocastOptimWrapper
from carl_mm.models import (
    FramewiseDataPreprocessor,
    FramewiseRecognizer,
    SequenceContrastiveHead,
    SequenceContrastiveLoss,
    TemporalTransformer,
)

byol_weights = (
    'https://download.openmmlab.com/mmselfsup/1.x/byol/'
    'byol_resnet50_16xb256-coslr-200e_in1k/'
    'byol_resnet50_16xb256-coslr-200e_in1k_20220825-de817331.pth'
)
model = dict(
    type=FramewiseRecognizer,
    backbone=dict(
        type=ResNet,
        depth=50,
        frozen_stages=3,
        norm_eval=False,
        init_cfg=dict(type='Pretrained', checkpoint=byol_weights, prefix='backbone.'),
    ),
    neck=dict(type=TemporalTransformer, in_channels=2048, num_frames=240, num_layers=3),
    cls_head=dict(
        type=SequenceContrastiveHead,
        loss=dict(type=SequenceContrastiveLoss, variance=10.0, temperature=0.1),
    ),
    spatial_pooling='max',
    data_preprocessor=dict(type=FramewiseDataPreprocessor, augmentation=dict()),
)
optim_wrapper = dict(
    type=AutocastOptimWrapper,
    optimizer=dict(type='Adam', lr=1e-4, weight_decay=1e-5),
    clip_grad=dict(max_norm=10),
)
