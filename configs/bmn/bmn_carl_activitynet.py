"""mmaction2's BMN on CARL's frozen features of ActivityNet v1.3.

    bash tools/dist_train.sh configs/bmn/bmn_carl_activitynet.py 2
    python tools/test.py configs/bmn/bmn_carl_activitynet.py CHECKPOINT

Data: data/activitynet/localization/, as `tools/export_localization.py` writes it.
Cost: 9 epochs, 2 GPUs with 8 videos each, as mmaction2's own; not run. It proposes
segments without a class (AR@AN and its AUC) and writes them to results.json in the
work_dir below. With a video classifier's labels on them, as usual on ActivityNet,
`carl_mm.functional.detection_map` gives the mAP of the paper's Table 12; its targets,
51.22 / 35.19 / 8.54, mean 34.46, are G-TAD's.
"""

from mmaction.datasets import ActivityNetDataset
from mmaction.datasets.transforms import (
    GenerateLocalizationLabels,
    LoadLocalizationFeature,
    PackLocalizationInputs,
)
from mmaction.evaluation import ANetMetric
from mmaction.models import BMN
from mmengine.config import read_base
from mmengine.dataset import DefaultSampler
from mmengine.optim import MultiStepLR, OptimWrapper
from mmengine.runner import EpochBasedTrainLoop, TestLoop, ValLoop

from carl_mm.engine import EpochSeedHook, ProgressBarHook

with read_base():
    from .._base_.runtime import *

num_snippets = 100  # of the export
out_channels = 128  # of CARL's neck
max_epochs = 9
data_root = 'data/activitynet/localization'
work_dir = 'work_dirs/bmn_carl_activitynet'

model = dict(
    type=BMN,
    temporal_dim=num_snippets,
    boundary_ratio=0.5,
    num_samples=32,
    num_samples_per_bin=3,
    feat_dim=out_channels,
    soft_nms_alpha=0.4,
    soft_nms_low_threshold=0.5,
    soft_nms_high_threshold=0.9,
    post_process_top_k=100,
    feature_extraction_interval=1,  # our features reach to the last frame
)
train_dataloader = dict(
    batch_size=8,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type=DefaultSampler, shuffle=True),
    drop_last=True,
    dataset=dict(
        type=ActivityNetDataset,
        ann_file='anet_anno_train.json',
        data_root=data_root,
        data_prefix=dict(video='features'),
        pipeline=[
            dict(type=LoadLocalizationFeature),
            dict(type=GenerateLocalizationLabels),
            dict(
                type=PackLocalizationInputs,
                keys=('gt_bbox',),
                meta_keys=('video_name',),
            ),
        ],
    ),
)
meta_keys = ('video_name', 'duration_second', 'duration_frame', 'annotations')
val_dataloader = dict(
    batch_size=1,  # BMN predicts the first of a batch alone
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type=DefaultSampler, shuffle=False),
    dataset=dict(
        type=ActivityNetDataset,
        ann_file='anet_anno_val.json',
        data_root=data_root,
        data_prefix=dict(video='features'),
        pipeline=[
            dict(type=LoadLocalizationFeature),
            dict(
                type=PackLocalizationInputs,
                keys=('gt_bbox',),
                meta_keys=(*meta_keys, 'feature_frame'),
            ),
        ],
        test_mode=True,
    ),
)
test_dataloader = val_dataloader
val_evaluator = dict(
    type=ANetMetric,
    metric_type='AR@AN',
    dump_config=dict(out=f'{work_dir}/results.json', output_format='json'),
)
test_evaluator = val_evaluator
train_cfg = dict(
    type=EpochBasedTrainLoop, max_epochs=max_epochs, val_begin=1, val_interval=1
)
val_cfg = dict(type=ValLoop)
test_cfg = dict(type=TestLoop)
optim_wrapper = dict(
    type=OptimWrapper,
    optimizer=dict(type='Adam', lr=0.001, weight_decay=0.0001),
    clip_grad=dict(max_norm=40, norm_type=2),
)
param_scheduler = [
    dict(
        type=MultiStepLR,
        begin=0,
        end=max_epochs,
        by_epoch=True,
        milestones=[7],
        gamma=0.1,
    )
]
auto_scale_lr = dict(enable=False, base_batch_size=16)
default_hooks.checkpoint.update(interval=1)
custom_hooks = [dict(type=EpochSeedHook), dict(type=ProgressBarHook)]
