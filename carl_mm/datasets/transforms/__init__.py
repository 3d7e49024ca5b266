"""Pipeline steps, registered in mmaction's TRANSFORMS."""

from carl_mm.datasets.transforms.baseline_views import (
    AnchorPositiveCrop,
    SingleViewTemporalCrop,
    TwoSpeedCrop,
)
from carl_mm.datasets.transforms.cached_features import (
    OpenCachedFeatures,
    TakeCachedFeatures,
    WholeCachedFeatures,
)
from carl_mm.datasets.transforms.clip_pairs import DecodeClips, DrawClipPair
from carl_mm.datasets.transforms.decoding import DecodeViews, OpenVideo, WholeVideo
from carl_mm.datasets.transforms.evaluation_cuts import EvaluationCuts
from carl_mm.datasets.transforms.frame_stream import FrameStream, ViewTransform
from carl_mm.datasets.transforms.mmaction_views import EachView, ViewsAsClips
from carl_mm.datasets.transforms.packing import META_KEYS, PackFramewiseInputs
from carl_mm.datasets.transforms.photometric import ClipConsistentPhotometric
from carl_mm.datasets.transforms.spatial import (
    ClipConsistentCenterCrop,
    ClipConsistentFlip,
    ClipConsistentResize,
    ClipConsistentResizedCrop,
)
from carl_mm.datasets.transforms.subject_crop import CropToSubject
from carl_mm.datasets.transforms.two_views import DualViewTemporalCrop

__all__ = [
    'META_KEYS',
    'AnchorPositiveCrop',
    'ClipConsistentCenterCrop',
    'ClipConsistentFlip',
    'ClipConsistentPhotometric',
    'ClipConsistentResize',
    'ClipConsistentResizedCrop',
    'CropToSubject',
    'DecodeClips',
    'DecodeViews',
    'DrawClipPair',
    'DualViewTemporalCrop',
    'EachView',
    'EvaluationCuts',
    'FrameStream',
    'OpenCachedFeatures',
    'OpenVideo',
    'PackFramewiseInputs',
    'SingleViewTemporalCrop',
    'TakeCachedFeatures',
    'TwoSpeedCrop',
    'ViewTransform',
    'ViewsAsClips',
    'WholeCachedFeatures',
    'WholeVideo',
]
