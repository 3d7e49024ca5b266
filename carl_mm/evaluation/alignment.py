"""How well the matching frames of other test videos agree in time."""

from typing import ClassVar

import numpy as np
from mmaction.registry import METRICS

from carl_mm.evaluation.action_videos import ActionVideos, judge_with_cuts
from carl_mm.evaluation.strided_metric import StridedMetric
from carl_mm.functional import (
    alignment_error,
    event_gaps,
    kendalls_tau,
    phase_boundaries,
    phase_progress,
)
from carl_mm.functional.metrics.events import mean_share

# What matches frames, by how its keys end.
MATCHINGS = {
    '': 'nearest',
    '_dtw': 'dtw',
    '_open': 'open',
    '_posterior': 'posterior',
}


@METRICS.register_module()
class KendallsTau(StridedMetric):
    """Kendall's tau of nearest frames, and the share of undefined pairs.

    It is near 1 for an untrained network with positions, so read it beside its
    controls.

    Args:
        stride: Take every ``stride``-th frame.
        nan_policy: What to do with undefined pairs: 'omit', 'zero' or 'propagate',
            see `carl_mm.functional.kendalls_tau`.
        collect_device: Device for gathering, see `FramewiseMetric`.
        prefix: Prefix of the logged keys, see `FramewiseMetric`.
    """

    default_prefix: ClassVar[str] = 'alignment'
    keys = ('kendalls_tau', 'nan_share')
    larger_is_better = ('kendalls_tau',)
    smaller_is_better = ('nan_share',)

    def __init__(
        self,
        stride: int = 1,
        nan_policy: str = 'omit',
        collect_device: str = 'gpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(stride, collect_device, prefix)
        kendalls_tau([], nan_policy=nan_policy)  # checks
        self.nan_policy = nan_policy

    def evaluate_action(self, videos: ActionVideos) -> dict[str, float]:
        """Judge all ordered pairs, on the labelled frames of labelled videos."""
        embeddings = []
        for embedding, labels in zip(
            videos.test_embeddings, videos.test_labels, strict=True
        ):
            known = labels >= 0
            embeddings.append(embedding[known] if known.any() else embedding)
        tau, nan_share = kendalls_tau(
            embeddings, self.stride, nan_policy=self.nan_policy
        )
        return {'kendalls_tau': tau, 'nan_share': nan_share}


@METRICS.register_module()
class AlignmentError(StridedMetric):
    """How far off the matching frame of another video is.

    ``error`` is the mean difference of progress through the phases between nearest
    frames, in [0, 1]. ``event_error`` is the error at phase boundaries as a share of
    the video's length, over the videos that have every phase; ``event_error_dtw`` is
    the same for the frames that `carl_mm.functional.cosine_dtw` aligns, from corner to
    corner, ``event_error_open`` and ``event_error_posterior`` for those that
    `carl_mm.functional.match_frames` finds with open ends, and with ends that it
    chooses, as the tools do.

    In frames, to be read beside the uncertainty of the labels: ``event_frames`` (and
    ``event_frames_dtw``, ...) is the median, ``event_frames_mean`` the mean, and
    ``event_within_3`` the share of at most 3 frames; ``event_s`` is the median in
    seconds, if all videos tell their frames per second.

    Where the pipeline draws `EvaluationCuts`, all are also given for the cuts:
    ``..._windowed`` for videos that start late and end early, ``..._warped`` for videos
    whose segments are played at other speeds. They are means over the draws; a draw
    without two videos that have every phase does not count in the event errors. The
    progress of a frame is that in the whole video; events are shares of the cut's
    length.

    Args:
        stride: Take every ``stride``-th frame.
        in_frames: Whether to log the errors in frames and seconds.
        collect_device: Device for gathering, see `FramewiseMetric`.
        prefix: Prefix of the logged keys, see `FramewiseMetric`.
    """

    default_prefix: ClassVar[str] = 'alignment'
    keys = ('error', *(f'event_error{suffix}' for suffix in MATCHINGS))
    larger_is_better = ('event_within_3',)
    smaller_is_better = ('error', 'event_error', 'event_frames', 'event_s')
    needs_labels = ('test',)
    judges_cuts = True

    def __init__(
        self,
        stride: int = 1,
        in_frames: bool = False,
        collect_device: str = 'gpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(stride, collect_device, prefix)
        self.in_frames = in_frames

    def evaluate_action(self, videos: ActionVideos) -> dict[str, float]:
        """Judge all ordered pairs of whole videos, and those of each draw of cuts."""
        return judge_with_cuts(self._judge, videos)

    def _judge(self, videos: ActionVideos) -> dict[str, float]:
        num_phases = len(videos.phases)
        if not num_phases:
            return dict.fromkeys(self.keys, float('nan'))
        progress = [
            phase_progress(labels, num_phases)[inds]
            for labels, inds in zip(
                videos.test_whole_labels, videos.test_frame_inds, strict=True
            )
        ]
        error = alignment_error(videos.test_embeddings, progress, self.stride)
        values = {'error': error}
        frames, boundaries, rates = complete_events(videos)
        lengths = [len(video) for video in frames]
        for suffix, matching in MATCHINGS.items():
            gaps = event_gaps(frames, boundaries, matching)
            values[f'event_error{suffix}'] = mean_share(gaps, lengths)
            if self.in_frames:
                values |= _in_frames(gaps, np.array(rates), suffix)
        return values


def _in_frames(gaps: np.ndarray, rates: np.ndarray, suffix: str) -> dict[str, float]:
    """Summarise errors ``(V, E, V)`` in frames; ``rates`` are frames per second."""
    known = gaps[~np.isnan(gaps)]
    has_any = len(known) > 0
    nan = float('nan')
    values = {
        f'event_frames{suffix}': float(np.median(known)) if has_any else nan,
        f'event_frames_mean{suffix}': float(known.mean()) if has_any else nan,
        f'event_within_3{suffix}': float((known <= 3).mean()) if has_any else nan,
    }
    if has_any and not np.isnan(rates).any():
        seconds = (gaps / rates)[~np.isnan(gaps)]
        values[f'event_s{suffix}'] = float(np.median(seconds))
    return values


def complete_events(
    videos: ActionVideos,
) -> tuple[list[np.ndarray], list[np.ndarray], list[float]]:
    """Return the judged videos that have every phase, and the frames of their events.

    Returns:
        Embeddings ``(T, D)``, frames ``(E,)`` int64 and frames per second of each such
        video.
    """
    events = [phase_boundaries(v, len(videos.phases)) for v in videos.test_labels]
    complete = [index for index, event in enumerate(events) if event is not None]
    return (
        [videos.test_embeddings[index] for index in complete],
        [event for event in events if event is not None],
        [videos.test_fps[index] for index in complete],
    )
