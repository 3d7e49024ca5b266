"""CARL on generated videos: no data and no download needed.

    python tools/make_synthetic_videos.py
    python tools/train.py configs/carl_synthetic.py

Cost: minutes on 2 CPU cores. `make demo` runs both, the evaluation and pictures.
"""

from mmengine.config import read_base

with read_base():
    from ._base_.lite0_frozen import *
    from ._base_.runtime import *
    from ._base_.testing import *
    from ._base_.train_cached import *

data_root = 'data/synthetic'
size = 112  # pixels a side
num_frames = 32
max_epochs = 64

model.neck.update(num_frames=num_frames)
train_dataloader.dataset.update(data_root=data_root)
train_dataloader.dataset.pipeline[1].update(num_frames=num_frames, window='share')
feature_cache.transforms[1].transforms[0].update(size=size)
custom_hooks.append(feature_cache)
test_dataloader.dataset.update(data_root=data_root)
test_dataloader.dataset.pipeline[1].transforms[0].update(size=size)
train_cfg.update(max_epochs=max_epochs, val_interval=max_epochs)
val_dataloader = test_dataloader
val_evaluator = test_evaluator
knobs.update(cached_knobs)
