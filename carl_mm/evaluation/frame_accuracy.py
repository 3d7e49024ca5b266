"""Accuracy of a network that classifies frames itself."""

from collections.abc import Sequence
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
        """
        for sample in data_samples:
            index = sample.get('sample_idx', own_place(len(self.results)))
            hits = total = 0
            if sample.get('split') != 'train' and 'pred_frame_label' in sample:
                truth = as_array(sample['gt_label'], np.int64)
                known = truth >= 0
                right = as_array(sample['pred_frame_label'], np.int64) == truth
                hits, total = int(right[known].sum()), int(known.sum())
            self.results.append((index, hits, total))

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
