"""Retrieval of frames of the same phase from other test videos."""

from typing import Any, ClassVar

import numpy as np
from mmaction.registry import METRICS

from carl_mm.evaluation.action_videos import ActionVideos, view_pairs
from carl_mm.evaluation.strided_metric import StridedMetric
from carl_mm.functional import (
    precision_at_k,
)


@METRICS.register_module()
class FrameRetrieval(StridedMetric):
    """Precision among the K nearest frames of the other test videos, in [0, 1].

    Logged as ``ap@5``, the field's name for it, or rank-weighted as ``map@10``; from
    queries of one view to frames of another as ``map@10_ego_to_exo``.

    Args:
        topk: Values of K.
        stride: In frames.
        rank_weighted: Average precision instead (AE2), see
            `carl_mm.functional.precision_at_k`.
        average: Over videos ('video', CARL) or over frames ('frame', AE2).
        own_video: Frames of the query's video are candidates as well (LAV).
        views: Two views, 'ego' and 'exo' say; adds retrieval across them.
        collect_device: As in `FramewiseMetric`.
        prefix: As in `FramewiseMetric`.

    Raises:
        ValueError: An unknown option or a number out of range.
    """

    default_prefix: ClassVar[str] = 'retrieval'

    def __init__(
        self,
        topk: tuple[int, ...] = (5, 10, 15),
        stride: int = 1,
        rank_weighted: bool = False,
        average: str = 'video',
        own_video: bool = False,
        views: tuple[str, ...] = (),
        collect_device: str = 'gpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(stride, collect_device, prefix)
        self.options: dict[str, Any] = {
            'rank_weighted': rank_weighted,
            'average': average,
        }
        precision_at_k([], [], topk, stride, **self.options)  # checks
        self.topk = tuple(topk)
        self.own_video = own_video
        self.name = 'map' if rank_weighted else 'ap'
        self.crossings = {f'_{a}_to_{b}': (a, b) for a, b in view_pairs(views)}
        suffixes = ('', *self.crossings)
        self.keys = tuple(f'{self.name}@{k}{s}' for s in suffixes for k in topk)

    def evaluate_action(self, videos: ActionVideos) -> dict[str, float]:
        """Judge all labelled frames."""
        views = np.array(videos.test_views)
        own = np.eye(len(views), dtype=bool)
        answers = {'': ~own | self.own_video}
        for suffix, (asking, answering) in self.crossings.items():
            answers[suffix] = np.outer(views == asking, views == answering)
        values = {}
        for suffix, matrix in answers.items():
            precision = precision_at_k(
                videos.test_embeddings,
                videos.test_labels,
                self.topk,
                self.stride,
                answers=matrix,
                **self.options,
            )
            for k, value in precision.items():
                values[f'{self.name}@{k}{suffix}'] = value
        return values
