r"""CVRL's R3D-50 fine-tuned with few labels of Kinetics-400: 10%, or 1%.

    bash tools/dist_train.sh configs/cvrl/cvrl_semi_k400.py 16
    bash tools/dist_train.sh configs/cvrl/cvrl_semi_k400.py 16 \
        --cfg-options label_share=0.01

The same share of every class, by a fixed seed; the 1% are among the 10%. Data and
judging: as cvrl_linear_k400.py. `--data-root data/kinetics600 --cfg-options
num_classes=600` is Kinetics-600. Cost: 100 epochs of the share; not run.
"""

from mmengine.config import read_base

with read_base():
    from .._base_.cvrl_fine_tune import *
    from .cvrl_linear_k400 import *

label_share = 0.1
find_unused_parameters = False

model.merge(fine_tune)
train_dataloader.update(batch_size=8)
train_dataloader.dataset.update(label_share=label_share)
optim_wrapper.optimizer = fine_tune_optimizer
auto_scale_lr.update(base_batch_size=128)
