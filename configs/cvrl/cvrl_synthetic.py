"""CVRL on generated videos of four processes: no data and no download needed.

    python tools/make_synthetic_videos.py --processes 4 --out data/synthetic_4
    python tools/train.py configs/cvrl/cvrl_synthetic.py
    python tools/train.py configs/cvrl/cvrl_linear_synthetic.py
    python tools/test.py configs/cvrl/cvrl_synthetic.py \
        work_dirs/cvrl_synthetic/epoch_120.pth

A thin 3D ResNet of ten layers on pictures of 64 pixels. The last command judges it
frame by frame. Cost: minutes on 2 CPU cores. configs/README.md has the results.
"""

from mmengine.config import read_base
from mmengine.optim import OptimWrapper
from mmengine.runner import EpochBasedTrainLoop

with read_base():
    from .._base_.cvrl_pretrain import *
    from .._base_.cvrl_r3d50 import r3d10_thin
    from .._base_.runtime import *
    from .._base_.testing import *

data_root = 'data/synthetic_4'
size = 64  # pixels a side
num_frames = 8
frame_interval = 4
max_epochs = 120

model.update(
    backbone=r3d10_thin,
    num_frames=num_frames,
    frame_interval=frame_interval,
    clip_stride=4,
)
model.cls_head.update(in_channels=128, hidden_channels=256, num_hidden=2)
train_dataloader.update(
    batch_size=32, num_workers=0, persistent_workers=False, pin_memory=False
)
train_steps.clip_pair.update(num_frames=num_frames, frame_interval=frame_interval)
resized_crop.update(size=size, scale=(0.5, 1.0))
train_steps.decode_views.update(transforms=[resized_crop, flip])
train_dataloader.dataset.update(
    data_root=data_root, pipeline=list(train_steps.values())
)
center_crop.update(size=size)
test_steps.whole_video.update(transforms=[center_crop])
# The clips of a cut or warped video would have to be decoded anew.
test_steps.pop('evaluation_cuts')
test_dataloader.dataset.update(data_root=data_root, pipeline=list(test_steps.values()))
# Each video has colours of its own here: without them shapes must tell videos apart.
colour = dict(brightness=0.4, contrast=0.4, saturation=0.4, hue=0.1, gray_prob=0.8)
model.data_preprocessor.update(
    augmentation=[dict(**first_view, **colour), dict(**second_view, **colour)]
)
optim_wrapper = dict(
    type=OptimWrapper, optimizer=dict(type='AdamW', lr=2e-3, weight_decay=1e-4)
)
auto_scale_lr.update(base_batch_size=32)
param_scheduler = clip_schedule
val_dataloader = test_dataloader
val_evaluator = test_evaluator
train_cfg = dict(
    type=EpochBasedTrainLoop, max_epochs=max_epochs, val_interval=max_epochs
)
default_hooks.checkpoint.update(interval=max_epochs)
knobs = dict(max_epochs=['train_cfg.max_epochs', 'train_cfg.val_interval'])
