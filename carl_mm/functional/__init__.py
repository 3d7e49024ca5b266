"""The mathematics: pure functions on tensors and arrays."""

from typing import TYPE_CHECKING

from carl_mm.functional.body_pose import relative_landmarks
from carl_mm.functional.colour import scale_saturation, shift_hue
from carl_mm.functional.frame_features import (
    frame_features,
    standardize_over_time,
)
from carl_mm.functional.frame_search import (
    most_similar,
    segment_similarities,
    spread_in_time,
)
from carl_mm.functional.losses.cycle_consistency import cycle_consistency_loss
from carl_mm.functional.losses.n_pairs import n_pairs_loss
from carl_mm.functional.losses.nearest_frame_contrast import (
    nearest_frame_contrastive_loss,
)
from carl_mm.functional.losses.nt_xent import nt_xent_loss
from carl_mm.functional.losses.sequence_contrastive import (
    gaussian_log_prior,
    sequence_contrastive_loss,
)
from carl_mm.functional.losses.shuffle_and_learn import (
    draw_triplets,
    shuffle_and_learn_loss,
)
from carl_mm.functional.losses.speediness import mean_over_time, speediness_loss
from carl_mm.functional.metrics.alignment import alignment_error, kendalls_tau
from carl_mm.functional.metrics.cut_cycle import cut_cycle_error
from carl_mm.functional.metrics.events import event_error, event_gaps
from carl_mm.functional.metrics.linear_protocol import linear_classification
from carl_mm.functional.metrics.localization import detection_map, resample_features
from carl_mm.functional.metrics.phase_probes import (
    phase_classification,
    phase_progression,
)
from carl_mm.functional.metrics.retrieval import precision_at_k
from carl_mm.functional.metrics.segmentation.frames import (
    mean_iou,
    mean_over_frames,
)
from carl_mm.functional.metrics.segmentation.matching import match_phases
from carl_mm.functional.metrics.segmentation.scores import segmentation_scores
from carl_mm.functional.metrics.segmentation.segments import (
    edit_score,
    segmental_f1,
)
from carl_mm.functional.motion_box import motion_box, motion_frames, motion_map
from carl_mm.functional.phases.clustering import equal_phases, kmeans_phases
from carl_mm.functional.phases.neighbours import neighbour_phases
from carl_mm.functional.phases.probe import PhaseProbe, fit_phase_probe, with_change
from carl_mm.functional.phases.probe_selection import choose_strengths
from carl_mm.functional.phases.progress import phase_boundaries, phase_progress
from carl_mm.functional.phases.segmentation import most_likely_segments, phase_starts
from carl_mm.functional.positions import (
    centred,
    relative_time_embedding,
    rotate,
    sinusoidal_code,
    sinusoidal_positions,
)
from carl_mm.functional.posterior.frame_match import FrameMatch, match_frames
from carl_mm.functional.posterior.pair_hmm import MatchPosterior, cosine_posterior
from carl_mm.functional.repetitions.search import Repetitions, find_repetitions
from carl_mm.functional.sampling.baseline_views import (
    sample_anchors_and_positives,
    sample_one_view,
    sample_two_speeds,
)
from carl_mm.functional.sampling.clip_pairs import gap_quantile, sample_clip_pair
from carl_mm.functional.sampling.two_views import sample_two_views
from carl_mm.functional.smoothing import fill_missing_frames, smooth_over_time
from carl_mm.functional.warping.dtw import cosine_dtw, dtw
from carl_mm.functional.warping.soft_dtw import soft_dtw

__all__ = [
    'mean_over_time',
    'speediness_loss',
    'draw_triplets',
    'shuffle_and_learn_loss',
    'nearest_frame_contrastive_loss',
    'n_pairs_loss',
    'cycle_consistency_loss',
    'FrameMatch',
    'MatchPosterior',
    'PhaseProbe',
    'Repetitions',
    'alignment_error',
    'centred',
    'choose_strengths',
    'cosine_dtw',
    'cosine_posterior',
    'cut_cycle_error',
    'detection_map',
    'dtw',
    'edit_score',
    'equal_phases',
    'event_error',
    'event_gaps',
    'find_repetitions',
    'fit_phase_probe',
    'frame_features',
    'gap_quantile',
    'gaussian_log_prior',
    'kendalls_tau',
    'kmeans_phases',
    'linear_classification',
    'match_frames',
    'match_phases',
    'mean_iou',
    'mean_over_frames',
    'most_likely_segments',
    'most_similar',
    'motion_box',
    'motion_frames',
    'motion_map',
    'neighbour_phases',
    'nt_xent_loss',
    'phase_boundaries',
    'phase_classification',
    'phase_progress',
    'phase_progression',
    'phase_starts',
    'precision_at_k',
    'relative_time_embedding',
    'resample_features',
    'rotate',
    'sample_clip_pair',
    'sample_anchors_and_positives',
    'sample_one_view',
    'sample_two_speeds',
    'sample_two_views',
    'segment_similarities',
    'segmental_f1',
    'segmentation_scores',
    'sequence_contrastive_loss',
    'scale_saturation',
    'shift_hue',
    'sinusoidal_code',
    'sinusoidal_positions',
    'standardize_over_time',
    'relative_landmarks',
    'fill_missing_frames',
    'smooth_over_time',
    'soft_dtw',
    'spread_in_time',
    'with_change',
]

if not TYPE_CHECKING:  # a type checker should go on finding misspelt names

    def __getattr__(name: str) -> object:
        if name == 'draw_spans':
            from carl_mm.deprecated import draw_spans, warn_deprecated

            warn_deprecated(
                f'carl_mm.functional.{name}', 'draw the spans with torch.rand'
            )
            return draw_spans
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
