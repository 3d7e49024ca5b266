"""CARL's network supervised by the generated videos' frame labels.

    python tools/train.py configs/supervised/supervised_synthetic.py

Data, network and number of steps are those of carl_synthetic.py, the head is that of
finegym_supervised.py. Besides the usual figures, `frame_classification/acc` is the
classifier's accuracy.
"""

from mmengine.config import read_base

from carl_mm.evaluation import FrameAccuracy
from carl_mm.models import FramewiseClassificationHead

with read_base():
    from ..carl_synthetic import *

model.cls_head = dict(type=FramewiseClassificationHead, num_classes=6)
train_dataloader.dataset.update(with_labels=True)
test_evaluator.append(dict(type=FrameAccuracy))
val_evaluator = test_evaluator
knobs = cached_knobs
