"""Frame-wise metrics, registered in mmaction's METRICS."""

from typing import TYPE_CHECKING

from carl_mm.evaluation.action_videos import ActionVideos
from carl_mm.evaluation.alignment import AlignmentError, KendallsTau
from carl_mm.evaluation.evaluated_video import EvaluatedVideo
from carl_mm.evaluation.frame_accuracy import FrameAccuracy
from carl_mm.evaluation.framewise_metric import FramewiseMetric
from carl_mm.evaluation.linear_protocol import LinearClassification
from carl_mm.evaluation.phase_probes import PhaseClassification, PhaseProgression
from carl_mm.evaluation.results_table import results_table
from carl_mm.evaluation.retrieval import FrameRetrieval
from carl_mm.evaluation.segmentation.frame_segmentation import FrameSegmentation
from carl_mm.evaluation.segmentation.phase_segmentation import PhaseSegmentation

__all__ = [
    'ActionVideos',
    'AlignmentError',
    'EvaluatedVideo',
    'FrameAccuracy',
    'FrameRetrieval',
    'FrameSegmentation',
    'FramewiseMetric',
    'KendallsTau',
    'LinearClassification',
    'PhaseClassification',
    'PhaseProgression',
    'PhaseSegmentation',
    'results_table',
]

if not TYPE_CHECKING:  # a type checker should go on finding misspelt names

    def __getattr__(name: str) -> object:
        from carl_mm import deprecated

        if name == 'EmbeddedVideo':
            deprecated.warn_deprecated(f'{__name__}.{name}', 'use EvaluatedVideo')
            return EvaluatedVideo
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
