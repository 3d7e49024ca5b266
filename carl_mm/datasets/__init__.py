"""Videos in, samples out."""

from carl_mm.datasets.clip_video import ClipVideoDataset
from carl_mm.datasets.framewise_video import FramewiseVideoDataset
from carl_mm.datasets.pair_sampling import SameActionBatchSampler
from carl_mm.datasets.repeating_sampler import RepeatingSampler
from carl_mm.datasets.transforms import (
    AnchorPositiveCrop,
    ClipConsistentCenterCrop,
    ClipConsistentFlip,
    ClipConsistentPhotometric,
    ClipConsistentResize,
    ClipConsistentResizedCrop,
    CropToSubject,
    DecodeClips,
    DecodeViews,
    DrawClipPair,
    DualViewTemporalCrop,
    EvaluationCuts,
    FrameStream,
    OpenCachedFeatures,
    OpenVideo,
    PackFramewiseInputs,
    SingleViewTemporalCrop,
    TakeCachedFeatures,
    TwoSpeedCrop,
    WholeCachedFeatures,
    WholeVideo,
)
from carl_mm.datasets.video_io.open_video import VideoDecodeError, open_video

__all__ = [
    'AnchorPositiveCrop',
    'ClipConsistentCenterCrop',
    'ClipConsistentFlip',
    'ClipConsistentPhotometric',
    'ClipConsistentResize',
    'ClipConsistentResizedCrop',
    'ClipVideoDataset',
    'CropToSubject',
    'DecodeClips',
    'DecodeViews',
    'DrawClipPair',
    'DualViewTemporalCrop',
    'EvaluationCuts',
    'FrameStream',
    'FramewiseVideoDataset',
    'OpenCachedFeatures',
    'OpenVideo',
    'PackFramewiseInputs',
    'RepeatingSampler',
    'SameActionBatchSampler',
    'SingleViewTemporalCrop',
    'TakeCachedFeatures',
    'TwoSpeedCrop',
    'VideoDecodeError',
    'WholeCachedFeatures',
    'WholeVideo',
    'open_video',
]
