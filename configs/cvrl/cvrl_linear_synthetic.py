"""Linear evaluation of cvrl_synthetic.py: which of the four processes is it?

    python tools/train.py configs/cvrl/cvrl_synthetic.py
    python tools/train.py configs/cvrl/cvrl_linear_synthetic.py

The control is the same network as it was initialised:

    python tools/train.py configs/cvrl/cvrl_linear_synthetic.py --seed 0 \
        --cfg-options load_from=None --work-dir work_dirs/cvrl_linear_untrained

Cost: minutes on 2 CPU cores. Chance is 0.25; configs/README.md has the results.
"""

from mmengine.config import read_base
from mmengine.optim import OptimWrapper

with read_base():
    from .._base_.cvrl_classify import *
    from .._base_.cvrl_r3d50 import r3d10_thin
    from .._base_.runtime import *

data_root = 'data/synthetic_4'
size = 64  # pixels a side
clip = dict(clip_len=8, frame_interval=4)
num_classes = 4
max_epochs = 40
load_from = 'work_dirs/cvrl_synthetic/epoch_120.pth'

model.backbone = dict(**r3d10_thin, frozen_stages=4, norm_eval=True)
model.cls_head.update(num_classes=num_classes, in_channels=128, topk=(1,))
train_dataloader.update(batch_size=32, num_workers=0, persistent_workers=False)
train_steps.sample_frames.update(clip)
train_steps.resize.update(scale=(size, size))
train_dataloader.dataset.update(
    data_root=data_root,
    num_classes=num_classes,
    pipeline=list(train_steps.values()),
)
test_dataloader.update(num_workers=0, persistent_workers=False)
test_steps.sample_frames.update(clip)
test_steps.resize.update(scale=(-1, size))
test_steps.three_crops.update(crop_size=size)
test_dataloader.dataset.update(
    data_root=data_root,
    num_classes=num_classes,
    split='test',
    pipeline=list(test_steps.values()),
)
test_evaluator.update(metric_options=dict(top_k_accuracy=dict(topk=(1,))))
val_dataloader = test_dataloader
val_evaluator = test_evaluator
optim_wrapper.type = OptimWrapper  # float32
auto_scale_lr.update(base_batch_size=32)
train_cfg.update(max_epochs=max_epochs, val_interval=max_epochs)
param_scheduler = classify_schedule
default_hooks.visualization.update(enable=False)
find_unused_parameters = True  # ResNet3d freezes after DDP counted its weights
knobs = classify_knobs
