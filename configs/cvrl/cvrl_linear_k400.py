r"""Linear evaluation of CVRL on Kinetics-400: frozen, one layer on the feature.

    bash tools/dist_train.sh configs/cvrl/cvrl_linear_k400.py 16 \
        --cfg-options load_from=work_dirs/cvrl_r3d50_k400/epoch_200.pth
    bash tools/dist_test.sh configs/cvrl/cvrl_linear_k400.py CHECKPOINT 16

Clips have 32 frames, every second one; features are L2-normalised. Judged on 10 clips
and 3 crops of 256 pixels of the val split. `--cfg-options load_from=None` is the
untrained control. Data: as for cvrl_r3d50_k400.py, with a val split. Cost: 100 epochs,
1,024 videos a step (with fewer processes add `--auto-scale-lr`); not run. Target (the
paper's): top-1 63.8, and 66.1 after 800 epochs.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.cvrl_classify import *
    from .._base_.runtime import *

data_root = 'data/kinetics400'
num_classes = 400
load_from = 'work_dirs/cvrl_r3d50_k400/epoch_200.pth'

model.cls_head.update(num_classes=num_classes)
train_dataloader.dataset.update(
    data_root=data_root, num_classes=num_classes, check_videos=False
)
test_dataloader.dataset.update(
    data_root=data_root, num_classes=num_classes, check_videos=False
)
val_dataloader = test_dataloader
val_evaluator = test_evaluator
param_scheduler = classify_schedule
default_hooks.visualization.update(enable=False)
find_unused_parameters = True  # ResNet3d freezes after DDP counted its weights
knobs = classify_knobs
