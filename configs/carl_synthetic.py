"""CARL on generated videos: no data and no download needed.

    python tools/make_synthetic_videos.py
    python tools/train.py configs/carl_synthetic.py

Cost: minutes on 2 CPU cores. `make demo` runs both, the evaluation and pictures.
"""

from mmengine.config import read_base

with read_base():
    from ._base_.knobs import cached_knobs, carl_knobs
    from ._base_.lite0_frozen import *
    from ._base_.runtime import *
    from ._base_.subject import subject_features
    from ._base_.testing import *
    from ._base_.train_cached import *

data_root = 'data/synthetic'
size = 112  # pixels a side
num_frames = 32
max_epochs = 64

model.merge(subject_features)
model.neck.update(num_frames=num_frames, frame_channels=32)
train_steps.temporal_crop.update(
    num_frames=num_frames, share=(0.3, 1.0), speeds=(0.3, 3.0)
)
train_dataloader.dataset.update(
    data_root=data_root, pipeline=list(train_steps.values())
)
resized_crop.update(size=size)
cache_steps.whole_video.update(transforms=[resized_crop, flip])
feature_cache.update(transforms=list(cache_steps.values()))
custom_hooks.append(feature_cache)
center_crop.update(size=size)
test_steps.whole_video.update(transforms=[center_crop])
test_dataloader.dataset.update(data_root=data_root, pipeline=list(test_steps.values()))
train_cfg.update(max_epochs=max_epochs, val_interval=max_epochs)
val_dataloader = test_dataloader
val_evaluator = test_evaluator
knobs = dict(**cached_knobs, **carl_knobs)
