r"""CVRL without labels on Kinetics-400: R3D-50, two clips of 16 frames at 224 pixels.

    bash tools/dist_train.sh configs/cvrl/cvrl_r3d50_k400.py 64

On fewer processes, with a learning rate for the smaller batch:

    bash tools/dist_train.sh configs/cvrl/cvrl_r3d50_k400.py 8 --auto-scale-lr

Data: data/kinetics400/annotations.json and videos/, made by
tools/dataset_converters/kinetics.py. Cost: 200 epochs of 240,000 videos, 1,024 a step;
not run. `--cfg-options max_epochs=800` is the paper's longer run. Target (the paper's,
by cvrl_linear_k400.py): top-1 63.8, and 66.1 after 800 epochs. For R3D-152 with twice
the filters add

    --cfg-options model.backbone.depth=152 model.backbone.base_channels=128 \
        model.cls_head.in_channels=4096
"""

from mmengine.config import read_base
from mmengine.runner import EpochBasedTrainLoop

with read_base():
    from .._base_.cvrl_pretrain import *
    from .._base_.cvrl_r3d50 import r3d50
    from .._base_.runtime import *

data_root = 'data/kinetics400'
max_epochs = 200

model.update(backbone=r3d50)
# Opening 240,000 files first takes too long; bad ones are skipped later.
train_dataloader.dataset.update(data_root=data_root, check_videos=False)
train_cfg = dict(type=EpochBasedTrainLoop, max_epochs=max_epochs)
param_scheduler = clip_schedule
knobs = clip_knobs
