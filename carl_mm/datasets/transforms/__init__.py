"""Pipeline steps, registered in mmaction's TRANSFORMS."""

from carl_mm.datasets.transforms.features import (
    OpenCachedFeatures,
    TakeCachedFeatures,
)
from carl_mm.datasets.transforms.packing import META_KEYS, PackFramewiseInputs
from carl_mm.datasets.transforms.spatial import (
    ClipConsistentCenterCrop,
    ClipConsistentFlip,
    ClipConsistentResizedCrop,
)
from carl_mm.datasets.transforms.temporal import (
    DecodeViews,
    DualViewTemporalCrop,
    OpenVideo,
    WholeVideo,
)

__all__ = [
    'META_KEYS',
    'ClipConsistentCenterCrop',
    'ClipConsistentFlip',
    'ClipConsistentResizedCrop',
    'DecodeViews',
    'DualViewTemporalCrop',
    'OpenCachedFeatures',
    'OpenVideo',
    'PackFramewiseInputs',
    'TakeCachedFeatures',
    'WholeVideo',
]
