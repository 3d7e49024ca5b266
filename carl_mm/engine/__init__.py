"""Hooks, registered in mmaction's HOOKS."""

from carl_mm.engine.alignment_visualization import AlignmentVisualizationHook
from carl_mm.engine.decode_failure import DecodeFailureHook
from carl_mm.engine.epoch_seed import EpochSeedHook
from carl_mm.engine.feature_cache import FeatureCacheHook
from carl_mm.engine.keep_best import KeepBestHook
from carl_mm.engine.progress_bar import ProgressBarHook

__all__ = [
    'AlignmentVisualizationHook',
    'DecodeFailureHook',
    'EpochSeedHook',
    'FeatureCacheHook',
    'KeepBestHook',
    'ProgressBarHook',
]
