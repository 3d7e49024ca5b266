"""Hooks, registered in mmaction's HOOKS."""

from carl_mm.engine.feature_cache import FeatureCacheHook
from carl_mm.engine.hooks import DecodeFailureHook, EpochSeedHook, ProgressBarHook

__all__ = [
    'DecodeFailureHook',
    'EpochSeedHook',
    'FeatureCacheHook',
    'ProgressBarHook',
]
