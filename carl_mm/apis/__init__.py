"""What a user calls from Python."""

from carl_mm.apis.alignment import Alignment, align, align_many
from carl_mm.apis.deviation.detector import DeviationDetector, deviations
from carl_mm.apis.deviation.segments import DeviatingSegment, Deviations
from carl_mm.apis.embedding.inferencer import FramewiseInferencer
from carl_mm.apis.embedding.video_embedding import VideoEmbedding
from carl_mm.apis.phases.labeler import PhaseLabeler
from carl_mm.apis.phases.segments import PhaseSegment
from carl_mm.apis.search.frame_hits import Hit
from carl_mm.apis.search.frame_index import FrameIndex

__all__ = [
    'Alignment',
    'DeviatingSegment',
    'DeviationDetector',
    'Deviations',
    'FrameIndex',
    'FramewiseInferencer',
    'Hit',
    'PhaseLabeler',
    'PhaseSegment',
    'VideoEmbedding',
    'align',
    'align_many',
    'deviations',
]
