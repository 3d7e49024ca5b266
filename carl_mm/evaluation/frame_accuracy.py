"""Accuracy of a network that classifies frames itself."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from mmaction.registry import METRICS
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log

from carl_mm.evaluation.better_way import tell_directions
from carl_mm.evaluation.evaluated_video import as_array
from carl_mm.evaluation.gathering import own_place


@METRICS.register_module()
class FrameAccuracy(BaseMetric):
    """Share of the labelled test frames whose class is predicted, in [0, 1].

    For heads that classify, such as `FramewiseClassificationHead`; nothing is fitted.

    Args:
        collect_device: 'gpu' gathers over the process group, also gloo's; 'cpu'
            through files below the working directory.
        prefix: Prefix of the logged key.
    """

    default_prefix: ClassVar[str] = 'frame_classification'

    def __init__(self, collect_device: str = 'gpu', prefix: str | None = None) -> None:
        super().__init__(collect_device, prefix)
        tell_directions(self.prefix, ('acc',), ())

    def process(self, data_batch: Any, data_samples: Sequence[dict[str, Any]]) -> None:
        """Count the hits of each video.

        Args:
            data_batch: Unused.
            data_samples: Dicts with gt_label ``(T,)`` and optionally sample_idx, split
                and pred_frame_label ``(T,)``, as `FramewiseRecognizer` predicts them.

        Raises:
            ValueError: A video has not one predicted class for each label.
        """
        for sample in data_samples:
            index = sample.get('sample_idx', own_place(len(self.results)))
            truth, predicted = judged_frames(sample)
            known = truth >= 0
            hits = int((predicted == truth)[known].sum())
            self.results.append((index, hits, int(known.sum())))

    def compute_metrics(self, results: list[tuple[int, int, int]]) -> dict[str, float]:
        """Add up the hits; samplers repeat videos, so each counts once.

        Without a labelled frame it says so and logs nothing.
        """
        counts = {index: (hits, total) for index, hits, total in results}.values()
        total = sum(total for _, total in counts)
        if not total:
            text = 'FrameAccuracy: no frame of a test video is labelled and classified'
            print_log(f'{text}, so it is left out', logger='current')
            return {}
        return {'acc': sum(hits for hits, _ in counts) / total}


def judged_frames(sample: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Return the labels and the predicted classes of a video's frames.

    Args:
        sample: Dict of a data sample, as for `FrameAccuracy.process`.

    Returns:
        ``(T,)`` int64 each, the former -1 where unlabelled; none of a training video,
        nor of one without either.

    Raises:
        ValueError: There is not one predicted class for each label.
    """
    truth, predicted = sample.get('gt_label'), sample.get('pred_frame_label')
    if sample.get('split') == 'train' or truth is None or predicted is None:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    truth, predicted = as_array(truth, np.int64), as_array(predicted, np.int64)
    if truth.shape != predicted.shape:
        name = sample.get('filename') or sample.get('frame_dir')
        raise ValueError(
            f'{name}: {len(truth)} labels in gt_label, but {len(predicted)} classes in '
            'pred_frame_label; there must be one of each for every frame'
        )
    return truth, predicted
