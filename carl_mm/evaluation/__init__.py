"""Frame-wise metrics, registered in mmaction's METRICS."""

from carl_mm.evaluation.action_videos import ActionVideos
from carl_mm.evaluation.base import FramewiseMetric
from carl_mm.evaluation.frame_accuracy import FrameAccuracy
from carl_mm.evaluation.gathering import EmbeddedVideo
from carl_mm.evaluation.linear_probe import LinearClassification
from carl_mm.evaluation.pairs import AlignmentError, FrameRetrieval, KendallsTau
from carl_mm.evaluation.probes import PhaseClassification, PhaseProgression
from carl_mm.evaluation.table import results_table

__all__ = [
    'ActionVideos',
    'AlignmentError',
    'EmbeddedVideo',
    'FrameAccuracy',
    'FrameRetrieval',
    'FramewiseMetric',
    'KendallsTau',
    'LinearClassification',
    'PhaseClassification',
    'PhaseProgression',
    'results_table',
]
