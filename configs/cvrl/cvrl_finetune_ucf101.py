r"""All layers of CVRL's R3D-50 fine-tuned on UCF101, split 1.

    python tools/dataset_converters/kinetics.py data/ucf101/videos \
        data/ucf101/annotations.json --train train.txt --val val.txt
    bash tools/dist_train.sh configs/cvrl/cvrl_finetune_ucf101.py 4

Lines of the lists read 'ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi 1', as in
trainlist01.txt; the published test list lacks the numbers, so add them. Judged on 10
clips and 3 crops of 256 pixels. Cost: 50 epochs of 9,537 videos; not run.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.cvrl_classify import *
    from .._base_.cvrl_fine_tune import *
    from .._base_.runtime import *

data_root = 'data/ucf101'
num_classes = 101
max_epochs = 50
load_from = 'work_dirs/cvrl_r3d50_k400/epoch_200.pth'

model.merge(fine_tune)
model.cls_head.update(num_classes=num_classes)
train_dataloader.update(batch_size=32)
train_dataloader.dataset.update(data_root=data_root, num_classes=num_classes)
test_dataloader.dataset.update(data_root=data_root, num_classes=num_classes)
val_dataloader = test_dataloader
val_evaluator = test_evaluator
optim_wrapper.optimizer = fine_tune_optimizer
auto_scale_lr.update(base_batch_size=128)
train_cfg.update(max_epochs=max_epochs, val_interval=max_epochs)
param_scheduler = classify_schedule
default_hooks.visualization.update(enable=False)
knobs = classify_knobs
