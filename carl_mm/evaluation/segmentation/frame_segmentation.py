"""Score of the phases that a network predicts itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from mmaction.registry import METRICS
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log

from carl_mm.evaluation.action_videos import mean_of_defined
from carl_mm.evaluation.better_way import tell_directions
from carl_mm.evaluation.frame_accuracy import judged_frames
from carl_mm.evaluation.gathering import own_place
from carl_mm.functional import segmentation_scores
from carl_mm.functional.metrics.segmentation.scores import MATCHINGS, SCORES


@dataclass
class _Segmented:
    """True and predicted phases of a video, and its place in the data set."""

    place: int
    action: str
    true: np.ndarray
    predicted: np.ndarray


@METRICS.register_module()
class FrameSegmentation(BaseMetric):
    """MoF, F1, edit score and mIoU of the phases that a network predicts, in [0, 1].

    They are `carl_mm.functional.segmentation_scores` of the test videos, as ``mof``,
    ``f1@10``, ``f1@25``, ``f1@50``, ``edit`` and ``miou``, means over the actions.

    Args:
        matching: None where a network is trained on the phases. 'set' or 'video' where
            it finds phases by itself: their numbers are matched with the true ones.
        collect_device: 'gpu' gathers over the process group, also gloo's; 'cpu'
            through files below the working directory.
        prefix: Prefix of the logged keys.

    Raises:
        ValueError: The matching is unknown.
    """

    default_prefix: ClassVar[str] = 'frame_segmentation'

    def __init__(
        self,
        matching: str | None = None,
        collect_device: str = 'gpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(collect_device, prefix)
        if matching not in MATCHINGS:
            raise ValueError(f'matching must be one of {MATCHINGS}, got {matching!r}')
        self.matching = matching
        tell_directions(self.prefix, SCORES, ())

    def process(self, data_batch: Any, data_samples: Sequence[dict[str, Any]]) -> None:
        """Keep the phases of each video.

        Args:
            data_batch: Unused.
            data_samples: Dicts with gt_label ``(T,)`` and optionally sample_idx, split,
                action and pred_frame_label ``(T,)``, as `FramewiseRecognizer` predicts
                them.

        Raises:
            ValueError: A video has not one predicted phase for each label.
        """
        for sample in data_samples:
            place = sample.get('sample_idx', own_place(len(self.results)))
            action = sample.get('action') or ''
            self.results.append(_Segmented(place, action, *judged_frames(sample)))

    def compute_metrics(self, results: list[_Segmented]) -> dict[str, float]:
        """Score each action; samplers repeat videos, so each counts once.

        Without a labelled frame it says so and logs nothing.
        """
        videos = {video.place: video for video in results}.values()
        if not any((video.true >= 0).any() for video in videos):
            text = (
                'FrameSegmentation: no frame of a test video is labelled and segmented'
            )
            print_log(f'{text}, so it is left out', logger='current')
            return {}
        rows = []
        for action in dict.fromkeys(video.action for video in videos):
            own = [video for video in videos if video.action == action]
            true, predicted = [v.true for v in own], [v.predicted for v in own]
            rows.append(segmentation_scores(true, predicted, self.matching))
        return {name: mean_of_defined(row[name] for row in rows) for name in SCORES}
