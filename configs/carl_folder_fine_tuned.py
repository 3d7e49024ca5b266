"""carl_folder.py, with the last stage of the backbone learning as well.

    python tools/train.py configs/carl_folder_fine_tuned.py --data-root my_videos

For patience or a GPU. What stays frozen, the first six of EfficientNet-Lite0's seven
stages, is still cached, as maps: 35 kB a frame and copy in place of 12, so 140 kB a
frame; `--cfg-options custom_hooks.FeatureCacheHook.num_copies=2` halves it. A step of 8
videos, 2 views and 48 frames takes about 4.4 s on one thread and 3 GB of memory, in
place of 0.3 s and 1.2 GB; half of that where the CPU multiplies bfloat16 fast, with
`--cfg-options optim_wrapper.type=AutocastOptimWrapper`. With `two_stages_tuned` in
place of `fine_tuned` the sixth stage learns, too: 65 kB, about 18 s and 7 GB.
"""

from mmengine.config import read_base

with read_base():
    from ._base_.subject import fine_tuned, stages_learn_slowly
    from .carl_folder import *

model.merge(fine_tuned)
optim_wrapper.merge(stages_learn_slowly)
