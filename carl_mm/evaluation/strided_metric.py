"""Metrics that take every so many frames."""

from carl_mm.evaluation.framewise_metric import FramewiseMetric


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
