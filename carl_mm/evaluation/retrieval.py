"""Retrieval of frames of the same phase from other test videos."""

from typing import Any, ClassVar

import numpy as np
from mmaction.registry import METRICS

from carl_mm.evaluation.action_videos import ActionVideos, view_pairs
from carl_mm.evaluation.strided_metric import StridedMetric
from carl_mm.functional import precision_at_k


@METRICS.register_module()
class FrameRetrieval(StridedMetric):
    """Precision among the K nearest frames of the other test videos, in [0, 1].

    It is logged as ``ap@5``, the field's name for it, or as ``map@10`` when weighted by
    rank; retrieval from one view to another as ``map@10_ego_to_exo``, LAV's as
    ``ap@5_lav``.

    Args:
        topk: Numbers of nearest frames K.
        stride: Take every ``stride``-th frame.
        rank_weighted: Use average precision instead (AE2), see
            `carl_mm.functional.precision_at_k`.
        average: Average over videos ('video', CARL) or over frames ('frame', AE2).
        own_video: Search the query's own video as well.
        views: Names of two views, such as ('ego', 'exo'); adds retrieval across them.
        collect_device: Device for gathering, see `FramewiseMetric`.
        prefix: Prefix of the logged keys, see `FramewiseMetric`.
        lav: Search the query's own video alone, where the query itself is the first
            hit, as LAV's code does: the figure is high for any embedding.

    Raises:
        ValueError: An option is unknown or a number out of range.
    """

    default_prefix: ClassVar[str] = 'retrieval'
    needs_labels = ('test',)
    larger_is_better = ('ap@', 'map@')

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
        lav: bool = False,
    ) -> None:
        super().__init__(stride, collect_device, prefix)
        if lav and (own_video or views):
            raise ValueError(
                'lav=True searches the own video alone: leave out own_video and views, '
                f'got {own_video} and {views}'
            )
        self.options: dict[str, Any] = {
            'rank_weighted': rank_weighted,
            'average': average,
            'query_answers': lav,
        }
        precision_at_k([], [], topk, stride, **self.options)  # checks
        self.topk = tuple(topk)
        self.own_video, self.end = own_video, '_lav' if lav else ''
        self.name = 'map' if rank_weighted else 'ap'
        self.crossings = {f'_{a}_to_{b}': (a, b) for a, b in view_pairs(views)}
        suffixes = (self.end, *self.crossings)
        self.keys = tuple(f'{self.name}@{k}{s}' for s in suffixes for k in topk)

    def evaluate_action(self, videos: ActionVideos) -> dict[str, float]:
        """Query with every labelled frame."""
        views = np.array(videos.test_views)
        own = np.eye(len(views), dtype=bool)
        # Logged keys end in the views, those of all views in nothing.
        answers = {self.end: own if self.end else ~own | self.own_video}
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
