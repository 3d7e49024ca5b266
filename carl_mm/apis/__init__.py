"""What a user calls from Python.

A name is imported when it is first used, so that the tools' help texts need not wait
for torch and mmaction2.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from carl_mm.apis.alignment.align import align
    from carl_mm.apis.alignment.alignment import Alignment
    from carl_mm.apis.alignment.ranking import RankedVideo, rank_by_alignment
    from carl_mm.apis.alignment.timeline import Timeline, align_all
    from carl_mm.apis.deviation.detector import DeviationDetector
    from carl_mm.apis.deviation.one_video import deviations
    from carl_mm.apis.deviation.reference_choice import choose_references
    from carl_mm.apis.deviation.segments import DeviatingSegment, Deviations
    from carl_mm.apis.embedding.inferencer import FramewiseInferencer
    from carl_mm.apis.embedding.video_embedding import VideoEmbedding
    from carl_mm.apis.phases.carrying import CarriedPhases, carry_phases
    from carl_mm.apis.phases.labeler import PhaseLabeler
    from carl_mm.apis.phases.repetitions import find_repetitions
    from carl_mm.apis.phases.segments import PhaseSegment
    from carl_mm.apis.search.aligned_segments import aligned_segments
    from carl_mm.apis.search.frame_hits import Hit
    from carl_mm.apis.search.frame_index import FrameIndex

__all__ = [
    'Alignment',
    'CarriedPhases',
    'DeviatingSegment',
    'DeviationDetector',
    'Deviations',
    'FrameIndex',
    'FramewiseInferencer',
    'Hit',
    'PhaseLabeler',
    'PhaseSegment',
    'RankedVideo',
    'Timeline',
    'VideoEmbedding',
    'align',
    'align_all',
    'aligned_segments',
    'carry_phases',
    'choose_references',
    'deviations',
    'find_repetitions',
    'rank_by_alignment',
]

_MODULES = {
    'Alignment': 'alignment.alignment',
    'CarriedPhases': 'phases.carrying',
    'DeviatingSegment': 'deviation.segments',
    'DeviationDetector': 'deviation.detector',
    'Deviations': 'deviation.segments',
    'FrameIndex': 'search.frame_index',
    'FramewiseInferencer': 'embedding.inferencer',
    'Hit': 'search.frame_hits',
    'PhaseLabeler': 'phases.labeler',
    'RankedVideo': 'alignment.ranking',
    'PhaseSegment': 'phases.segments',
    'Timeline': 'alignment.timeline',
    'VideoEmbedding': 'embedding.video_embedding',
    'align': 'alignment.align',
    'align_all': 'alignment.timeline',
    'aligned_segments': 'search.aligned_segments',
    'carry_phases': 'phases.carrying',
    'choose_references': 'deviation.reference_choice',
    'deviations': 'deviation.one_video',
    'find_repetitions': 'phases.repetitions',
    'rank_by_alignment': 'alignment.ranking',
}


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


if not TYPE_CHECKING:  # a type checker should go on finding misspelt names

    def __getattr__(name: str) -> Any:
        if name in _MODULES:
            module = importlib.import_module(f'{__name__}.{_MODULES[name]}')
            return getattr(module, name)
        if name == 'align_many':
            from carl_mm import deprecated

            deprecated.warn_deprecated(
                f'{__name__}.{name}', 'call `align` for each of the others'
            )
            return deprecated.align_many
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
