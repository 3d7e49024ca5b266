"""Metrics that judge every k-th frame alone."""

from carl_mm.evaluation.framewise_metric import FramewiseMetric


class StridedMetric(FramewiseMetric):
    """Base class of metrics on every ``stride``-th frame.

    Args:
        stride: Take every ``stride``-th frame; published: 2 for Penn Action, 5 for
            Pouring.
        collect_device: Device for gathering, see `FramewiseMetric`.
        prefix: Prefix of the logged keys, see `FramewiseMetric`.

    Raises:
        ValueError: The stride is below 1.
    """

    def __init__(
        self, stride: int = 1, collect_device: str = 'gpu', prefix: str | None = None
    ) -> None:
        super().__init__(collect_device, prefix)
        if stride < 1:
            raise ValueError(f'stride must be at least 1, got {stride}')
        self.stride = stride
