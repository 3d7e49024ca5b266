"""Metrics of nearest frames between test videos; nothing is fitted."""

from typing import ClassVar

from mmaction.registry import METRICS

from carl_mm.evaluation.base import ActionVideos, FramewiseMetric
from carl_mm.functional import (
    alignment_error,
    event_error,
    kendalls_tau,
    phase_boundaries,
    phase_progress,
    precision_at_k,
)


class StridedMetric(FramewiseMetric):
    """Base class of metrics on every ``stride``-th frame.

    Args:
        stride: In frames; Penn Action 2, Pouring 5.
        collect_device: As in `FramewiseMetric`.
        prefix: As in `FramewiseMetric`.
    """

    def __init__(
        self, stride: int = 1, collect_device: str = 'gpu', prefix: str | None = None
    ) -> None:
        super().__init__(collect_device, prefix)
        if stride < 1:
            raise ValueError(f'stride must be at least 1, got {stride}')
        self.stride = stride


@METRICS.register_module()
class KendallsTau(StridedMetric):
    """Kendall's tau of nearest frames, and the share of undefined pairs.

    Near 1 for an untrained network with positions: read it beside its controls.
    """

    default_prefix: ClassVar[str] = 'alignment'
    keys = ('kendalls_tau', 'nan_share')

    def evaluate_action(self, videos: ActionVideos) -> dict[str, float]:
        """Judge all ordered pairs; of a labelled video its labelled frames alone."""
        embeddings = []
        for embedding, labels in zip(
            videos.test_embeddings, videos.test_labels, strict=True
        ):
            known = labels >= 0
            embeddings.append(embedding[known] if known.any() else embedding)
        tau, nan_share = kendalls_tau(embeddings, self.stride)
        return {'kendalls_tau': tau, 'nan_share': nan_share}


@METRICS.register_module()
class FrameRetrieval(StridedMetric):
    """Precision among the K nearest frames of the other test videos, in [0, 1].

    Args:
        topk: Values of K; logged as ``ap@5`` and so on, the field's name for it.
        stride: In frames.
        collect_device: As in `FramewiseMetric`.
        prefix: As in `FramewiseMetric`.
    """

    default_prefix: ClassVar[str] = 'retrieval'

    def __init__(
        self,
        topk: tuple[int, ...] = (5, 10, 15),
        stride: int = 1,
        collect_device: str = 'gpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(stride, collect_device, prefix)
        if not topk or min(topk) < 1:
            raise ValueError(f'topk must be positive numbers, got {topk}')
        self.topk = tuple(topk)
        self.keys = tuple(f'ap@{k}' for k in topk)

    def evaluate_action(self, videos: ActionVideos) -> dict[str, float]:
        """Judge all labelled frames."""
        precision = precision_at_k(
            videos.test_embeddings, videos.test_labels, self.topk, self.stride
        )
        return {f'ap@{k}': value for k, value in precision.items()}


@METRICS.register_module()
class AlignmentError(StridedMetric):
    """How far off the nearest frame of another video is.

    ``error``: mean difference of the progress through the phases, in [0, 1].
    ``event_error``: at phase boundaries, in shares of the video's length; over the
    videos that have every phase.
    """

    default_prefix: ClassVar[str] = 'alignment'
    keys = ('error', 'event_error')

    def evaluate_action(self, videos: ActionVideos) -> dict[str, float]:
        """Judge all ordered pairs."""
        num_phases = len(videos.phases)
        if not num_phases:
            return dict.fromkeys(self.keys, float('nan'))
        progress = [phase_progress(labels, num_phases) for labels in videos.test_labels]
        events = [phase_boundaries(labels, num_phases) for labels in videos.test_labels]
        complete = [
            (embedding, event)
            for embedding, event in zip(videos.test_embeddings, events, strict=True)
            if event is not None
        ]
        return {
            'error': alignment_error(videos.test_embeddings, progress, self.stride),
            'event_error': event_error(
                [c[0] for c in complete], [c[1] for c in complete]
            ),
        }
