"""Hooks, registered in mmaction's HOOKS, and the error of a training they stop."""

import carl_mm.evaluation  # noqa: F401  (before mmengine's hooks ask what is better)
from carl_mm.engine.alignment_visualization import AlignmentVisualizationHook
from carl_mm.engine.decode_failure import DecodeFailureHook
from carl_mm.engine.divergence import DivergenceHook
from carl_mm.engine.epoch_seed import EpochSeedHook
from carl_mm.engine.features.feature_cache import FeatureCacheHook
from carl_mm.engine.heartbeat import HeartbeatHook
from carl_mm.engine.keep_best import KeepBestHook
from carl_mm.engine.progress_bar import ProgressBarHook
from carl_mm.engine.sync_running_stats import SyncRunningStatsHook
from carl_mm.run_stopped import RunStopped

__all__ = [
    'AlignmentVisualizationHook',
    'DecodeFailureHook',
    'DivergenceHook',
    'EpochSeedHook',
    'FeatureCacheHook',
    'HeartbeatHook',
    'KeepBestHook',
    'ProgressBarHook',
    'RunStopped',
    'SyncRunningStatsHook',
]
