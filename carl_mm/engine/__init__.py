"""Hooks, registered in mmaction's HOOKS, and the error of a training they stop."""

from carl_mm.engine.alignment_visualization import AlignmentVisualizationHook
from carl_mm.engine.decode_failure import DecodeFailureHook
from carl_mm.engine.divergence import DivergenceHook
from carl_mm.engine.epoch_seed import EpochSeedHook
from carl_mm.engine.feature_cache import FeatureCacheHook
from carl_mm.engine.keep_best import KeepBestHook
from carl_mm.engine.progress_bar import ProgressBarHook
from carl_mm.engine.training_stopped import TrainingStopped

__all__ = [
    'AlignmentVisualizationHook',
    'DecodeFailureHook',
    'DivergenceHook',
    'EpochSeedHook',
    'FeatureCacheHook',
    'KeepBestHook',
    'ProgressBarHook',
    'TrainingStopped',
]
