"""Frame-wise metrics, registered in mmaction's METRICS."""

from carl_mm.evaluation.action_videos import ActionVideos
from carl_mm.evaluation.alignment import AlignmentError, KendallsTau
from carl_mm.evaluation.evaluated_video import EvaluatedVideo
from carl_mm.evaluation.frame_accuracy import FrameAccuracy
from carl_mm.evaluation.framewise_metric import FramewiseMetric
from carl_mm.evaluation.linear_protocol import LinearClassification
from carl_mm.evaluation.phase_probes import PhaseClassification, PhaseProgression
from carl_mm.evaluation.results_table import results_table
from carl_mm.evaluation.retrieval import FrameRetrieval

__all__ = [
    'ActionVideos',
    'AlignmentError',
    'EvaluatedVideo',
    'FrameAccuracy',
    'FrameRetrieval',
    'FramewiseMetric',
    'KendallsTau',
    'LinearClassification',
    'PhaseClassification',
    'PhaseProgression',
    'results_table',
]
