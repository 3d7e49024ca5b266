"""Score of phases that are found without labels."""

from collections.abc import Sequence
from typing import ClassVar

from mmaction.registry import METRICS

from carl_mm.evaluation.action_videos import ActionVideos
from carl_mm.evaluation.evaluated_video import MODEL
from carl_mm.evaluation.framewise_metric import FramewiseMetric
from carl_mm.evaluation.segmentation.segmenters import (
    BLIND,
    SEGMENTERS,
    check_segmenters,
)
from carl_mm.functional import segmentation_scores
from carl_mm.functional.metrics.segmentation.scores import SCORES


@METRICS.register_module()
class PhaseSegmentation(FramewiseMetric):
    """Scores of phases that are found without labels, each in [0, 1].

    The judged videos of an action are segmented, and the phases found are matched with
    the true ones, see `carl_mm.functional.segmentation_scores`. For each segmenter MoF,
    the segmental F1 scores, the edit score and mIoU are logged, as ``mof_kmeans``,
    ``f1@50_kmeans`` and so on. A segmenter is run on each embedding, so
    ``mof_kmeans_centred`` is that of k-means on the centred backbone, and
    ``mof_kmeans_position`` what it makes of the time alone. Equal splits of time, which
    look at nothing, are logged once, as ``mof_equal``.

    Args:
        segmenters: Ways to find phases: 'kmeans' (`carl_mm.functional.kmeans_phases`),
            'neighbours' (`carl_mm.functional.neighbour_phases`), 'equal'
            (`carl_mm.functional.equal_phases`), or others in ``SEGMENTERS``, the dict
            of `carl_mm.evaluation.segmentation.segmenters`.
        matching: 'set' matches over all judged videos of an action, 'video' in each,
            which is easier; keys then end in ``_per_video``.
        num_phases: Number of phases to find; by default that of the action's phases.
        collect_device: Device for gathering, see `FramewiseMetric`.
        prefix: Prefix of the logged keys, see `FramewiseMetric`.

    Raises:
        ValueError: An option is unknown or a number out of range.
    """

    default_prefix: ClassVar[str] = 'phase_segmentation'
    larger_is_better = SCORES
    needs_labels = ('test',)

    def __init__(
        self,
        segmenters: Sequence[str] = ('kmeans', 'neighbours', 'equal'),
        matching: str = 'set',
        num_phases: int | None = None,
        collect_device: str = 'gpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(collect_device, prefix)
        check_segmenters(segmenters)
        if matching not in ('set', 'video'):
            raise ValueError(f"matching must be 'set' or 'video', got {matching!r}")
        if num_phases is not None and num_phases < 1:
            raise ValueError(f'num_phases must be at least 1, got {num_phases}')
        self.segmenters, self.matching = tuple(segmenters), matching
        self.num_phases = num_phases
        self.end = '_per_video' if matching == 'video' else ''
        looking = [name for name in self.segmenters if name not in BLIND]
        self.keys = tuple(self._key(s, name) for name in looking for s in SCORES)

    def evaluate_action(self, videos: ActionVideos) -> dict[str, float]:
        """Find phases by each segmenter and score them."""
        values: dict[str, float] = {}
        for name in self.segmenters:
            if name in BLIND and videos.embedding != MODEL:
                continue
            num_phases = self.num_phases or max(1, len(videos.phases))
            found = SEGMENTERS[name](videos.test_embeddings, num_phases)
            scores = segmentation_scores(videos.test_labels, found, self.matching)
            values |= {self._key(s, name): value for s, value in scores.items()}
        return values

    def _key(self, score: str, segmenter: str) -> str:
        return f'{score}_{segmenter}{self.end}'
