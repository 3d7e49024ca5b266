"""Videos in, samples out."""

from carl_mm.datasets.decoding import VideoDecodeError, open_video
from carl_mm.datasets.framewise_video import FramewiseVideoDataset
from carl_mm.datasets.transforms import (
    ClipConsistentCenterCrop,
    ClipConsistentFlip,
    ClipConsistentPhotometric,
    ClipConsistentResizedCrop,
    DecodeViews,
    DualViewTemporalCrop,
    EvaluationCuts,
    FrameStream,
    OpenCachedFeatures,
    OpenVideo,
    PackFramewiseInputs,
    TakeCachedFeatures,
    WholeVideo,
)

__all__ = [
    'ClipConsistentCenterCrop',
    'ClipConsistentFlip',
    'ClipConsistentPhotometric',
    'ClipConsistentResizedCrop',
    'DecodeViews',
    'DualViewTemporalCrop',
    'EvaluationCuts',
    'FrameStream',
    'FramewiseVideoDataset',
    'OpenCachedFeatures',
    'OpenVideo',
    'PackFramewiseInputs',
    'TakeCachedFeatures',
    'VideoDecodeError',
    'WholeVideo',
    'open_video',
]
