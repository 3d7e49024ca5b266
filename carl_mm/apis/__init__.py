"""What a user calls from Python."""

from carl_mm.apis.alignment import Alignment, align, align_many
from carl_mm.apis.deviating_segments import DeviatingSegment, Deviations
from carl_mm.apis.deviations import DeviationDetector, deviations
from carl_mm.apis.frame_hits import Hit
from carl_mm.apis.frame_index import FrameIndex
from carl_mm.apis.inferencer import FramewiseInferencer
from carl_mm.apis.phase_labeler import PhaseLabeler
from carl_mm.apis.phase_segments import PhaseSegment
from carl_mm.apis.video_embedding import VideoEmbedding

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
