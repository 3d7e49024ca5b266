"""How many frames off the matching frames are at the events."""

from typing import ClassVar

import numpy as np
from mmaction.registry import METRICS

from carl_mm.evaluation.action_videos import ActionVideos, judge_with_cuts
from carl_mm.evaluation.alignment import complete_events
from carl_mm.evaluation.framewise_metric import FramewiseMetric
from carl_mm.functional import event_gaps

MATCHINGS = {
    'event_frames': 'nearest',
    'event_frames_dtw': 'dtw',
    'event_frames_posterior': 'posterior',
}


@METRICS.register_module()
class EventFrames(FramewiseMetric):
    """Median distance of events from where another video's matching frame puts them.

    It is in frames, to be read beside the uncertainty of the labels, while
    `AlignmentError` gives the mean as a share of the video. The median runs over all
    events and all ordered pairs of the videos that have every phase. It is logged as
    ``event_frames``, ``event_frames_dtw`` and ``event_frames_posterior``, by what
    matches the frames (`carl_mm.functional.event_error`), and for `EvaluationCuts` as
    ``..._windowed`` and ``..._warped``, which are means over the draws.

    Args:
        collect_device: Device for gathering, see `FramewiseMetric`.
        prefix: Prefix of the logged keys, see `FramewiseMetric`.
    """

    default_prefix: ClassVar[str] = 'alignment'
    keys = tuple(MATCHINGS)
    needs_labels = ('test',)
    judges_cuts = True

    def evaluate_action(self, videos: ActionVideos) -> dict[str, float]:
        """Judge all ordered pairs of whole videos, and those of each draw of cuts."""
        return judge_with_cuts(self._judge, videos)

    def _judge(self, videos: ActionVideos) -> dict[str, float]:
        if not videos.phases:
            return dict.fromkeys(self.keys, float('nan'))
        embeddings, events = complete_events(videos)
        values = {}
        for key, matching in MATCHINGS.items():
            gaps = event_gaps(embeddings, events, matching)
            known = gaps[~np.isnan(gaps)]
            values[key] = float(np.median(known)) if len(known) else float('nan')
        return values
