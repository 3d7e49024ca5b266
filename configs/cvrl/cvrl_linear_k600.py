r"""Linear evaluation of CVRL on Kinetics-600, otherwise as cvrl_linear_k400.py.

    bash tools/dist_train.sh configs/cvrl/cvrl_linear_k600.py 16 \
        --cfg-options load_from=work_dirs/cvrl_r3d50_k600/epoch_200.pth

Data: as cvrl_r3d50_k600.py, with a val split. Cost: 100 epochs; not run. Target (the
paper's, after 800 epochs of cvrl_r3d50_k600.py): top-1 70.4.
"""

from mmengine.config import read_base

with read_base():
    from .cvrl_linear_k400 import *

data_root = 'data/kinetics600'
num_classes = 600
load_from = 'work_dirs/cvrl_r3d50_k600/epoch_200.pth'

model.cls_head.update(num_classes=num_classes)
train_dataloader.dataset.update(data_root=data_root, num_classes=num_classes)
test_dataloader.dataset.update(data_root=data_root, num_classes=num_classes)
val_dataloader = test_dataloader
