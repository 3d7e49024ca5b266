"""CVRL without labels on Kinetics-600, otherwise as cvrl_r3d50_k400.py.

    bash tools/dist_train.sh configs/cvrl/cvrl_r3d50_k600.py 64

Data: data/kinetics600/annotations.json and videos/, made by
tools/dataset_converters/kinetics.py. Cost: 200 epochs of 366,000 videos, 1,024 a step;
not run. Target (the paper's, after 800 epochs): top-1 70.4 by cvrl_linear_k600.py, 68.5
by cvrl_linear_k400.py.
"""

from mmengine.config import read_base

with read_base():
    from .cvrl_r3d50_k400 import *

data_root = 'data/kinetics600'

train_dataloader.dataset.update(data_root=data_root)
