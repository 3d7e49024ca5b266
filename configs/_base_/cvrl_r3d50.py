"""CVRL's R3D-50: 31.7 million weights, not pretrained.

R3D-152 with twice the filters (327.7 million) is

    --cfg-options model.backbone.depth=152 model.backbone.base_channels=128 \
        model.cls_head.in_channels=4096
"""

from carl_mm.models import CVRLResNet3d

r3d50 = dict(
    type=CVRLResNet3d,
    depth=50,
    pretrained=None,
    base_channels=64,
    conv1_kernel=(5, 7, 7),
    conv1_stride_t=2,
    pool1_stride_t=1,
    with_pool2=False,
    inflate=(0, 0, 1, 1),  # temporal kernel 1 in res2 and res3, 3 in res4 and res5
    zero_init_residual=False,
    released=False,  # True pads as the released code does, for its weights
)
r3d10_thin = dict(
    type=CVRLResNet3d,
    depth=18,
    stage_blocks=(1, 1, 1, 1),
    pretrained=None,
    base_channels=16,
    conv1_kernel=(5, 7, 7),
    conv1_stride_t=2,
    pool1_stride_t=1,
    with_pool2=False,
    inflate=((0,), (0,), (1,), (1,)),
    zero_init_residual=False,
    released=False,  # True pads as the released code does, for its weights
)
