r"""All layers of CVRL's R3D-50 fine-tuned on HMDB51, otherwise as on UCF101.

    python tools/dataset_converters/kinetics.py data/hmdb51/videos \
        data/hmdb51/annotations.json --train train.txt --val val.txt
    bash tools/dist_train.sh configs/cvrl/cvrl_finetune_hmdb51.py 4

The lists have one line for each video, 'brush_hair/NAME.avi brush_hair'. Cost: 50
epochs of 3,570 videos; not run.
"""

from mmengine.config import read_base

with read_base():
    from .cvrl_finetune_ucf101 import *

data_root = 'data/hmdb51'
num_classes = 51

model.cls_head.update(num_classes=num_classes)
train_dataloader.dataset.update(data_root=data_root, num_classes=num_classes)
test_dataloader.dataset.update(data_root=data_root, num_classes=num_classes)
val_dataloader = test_dataloader
