"""carl_folder.py, with the last stages of the backbone learning as well.

    python tools/train.py configs/carl_folder_fine_tuned.py --data-root my_videos

For patience or a GPU. What stays frozen, the first five of EfficientNet-Lite0's seven
stages, is still cached, as maps: 129 kB a frame with two copies. A step of 8 videos, 2
views and 48 frames takes about STEP on two CPU cores, in place of PLAIN.
"""

from mmengine.config import read_base

with read_base():
    from ._base_.subject import fine_tuned, stages_learn_slowly
    from .carl_folder import *

model.merge(fine_tuned)
optim_wrapper.merge(stages_learn_slowly)
