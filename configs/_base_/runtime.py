"""What all configs share: hooks, logging, schedule and environment."""

from mmengine.hooks import (
    CheckpointHook,
    DistSamplerSeedHook,
    IterTimerHook,
    LoggerHook,
    ParamSchedulerHook,
    RuntimeInfoHook,
)
from mmengine.optim import CosineAnnealingLR
from mmengine.runner.log_processor import LogProcessor
from mmengine.visualization import LocalVisBackend, Visualizer

from carl_mm.engine import (
    AlignmentVisualizationHook,
    DecodeFailureHook,
    DivergenceHook,
    EpochSeedHook,
    HeartbeatHook,
    ProgressBarHook,
    SyncRunningStatsHook,
)

default_scope = 'mmaction'
default_hooks = dict(
    runtime_info=dict(type=RuntimeInfoHook),
    timer=dict(type=IterTimerHook),
    logger=dict(type=LoggerHook, interval=20, ignore_last=False),
    param_scheduler=dict(type=ParamSchedulerHook),
    checkpoint=dict(type=CheckpointHook, interval=10, max_keep_ckpts=2, save_last=True),
    sampler_seed=dict(type=DistSamplerSeedHook),
    sync_buffers=dict(type=SyncRunningStatsHook),
    # Draws pictures at every evaluation, into vis_data/vis_image of the run's folder;
    # --cfg-options default_hooks.visualization.enable=False turns them off.
    visualization=dict(type=AlignmentVisualizationHook),
)
custom_hooks = [
    dict(type=EpochSeedHook),
    dict(type=DecodeFailureHook, max_share=0.1),
    dict(type=DivergenceHook),
    dict(type=HeartbeatHook, max_silence_s=600),
    dict(type=ProgressBarHook),
]
# From the optimizer's rate to 0, by epoch; ends when training ends.
param_scheduler = [dict(type=CosineAnnealingLR, by_epoch=True, eta_min=0)]
# BatchNorm over the batches of all processes, as CARL's and CVRL's authors train; with
# one video a process it would else know that video alone. None: each by itself.
sync_bn = 'torch'
env_cfg = dict(
    cudnn_benchmark=False,
    mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0),
    # In seconds, of an operation of several processes. Caching, testing and judging may
    # take longer: HeartbeatHook waits for a process as long as it makes progress.
    dist_cfg=dict(backend='nccl', timeout=900),
)
log_processor = dict(type=LogProcessor, window_size=20, by_epoch=True)
# To log to TensorBoard instead: --cfg-options
# visualizer.vis_backends.LocalVisBackend.type=TensorboardVisBackend; to log to both,
# append it in a config of your own.
visualizer = dict(type=Visualizer, vis_backends=[dict(type=LocalVisBackend)])
log_level = 'INFO'
load_from = None
resume = False
