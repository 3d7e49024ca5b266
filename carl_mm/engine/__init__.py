"""Hooks, registered in mmaction's HOOKS."""

from carl_mm.engine.feature_cache import FeatureCacheHook
from carl_mm.engine.hooks import DecodeFailureHook, EpochSeedHook, ProgressBarHook
from carl_mm.engine.visualization_hook import AlignmentVisualizationHook

__all__ = [
    'AlignmentVisualizationHook',
    'DecodeFailureHook',
    'EpochSeedHook',
    'FeatureCacheHook',
    'ProgressBarHook',
]
