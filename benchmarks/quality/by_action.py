"""Figures of each action, beside which a mean over actions hides nothing."""

from collections.abc import Sequence
from typing import Any, ClassVar

from mmaction.registry import METRICS
from mmengine.evaluator import BaseMetric


@METRICS.register_module()
class ByAction(BaseMetric):
    """Judge the videos of each action by copies of the same metrics, in one process.

    The keys are those of the metrics behind the action's name and a slash:
    ``squat/alignment/event_error``.

    Args:
        metrics: Configs of the metrics.
    """

    default_prefix: ClassVar[str] = 'action'  # unused, but missed with a warning

    def __init__(self, metrics: Sequence[dict[str, Any]]) -> None:
        super().__init__(collect_device='cpu')
        self.configs = metrics
        self.metrics: dict[str, list[BaseMetric]] = {}

    def process(self, data_batch: Any, data_samples: Sequence[dict[str, Any]]) -> None:
        """Hand each video to the metrics of its action."""
        for sample in data_samples:
            action = sample['action']
            if action not in self.metrics:
                self.metrics[action] = [METRICS.build(cfg) for cfg in self.configs]
            for metric in self.metrics[action]:
                metric.process(data_batch, [sample])

    def compute_metrics(self, results: list[Any]) -> dict[str, float]:
        """Do nothing: the metrics of the actions compute."""
        return {}

    def evaluate(self, size: int) -> dict[str, float]:
        """Return the figures of all actions."""
        values: dict[str, float] = {}
        for action, metrics in self.metrics.items():
            for metric in metrics:
                metric.dataset_meta = self.dataset_meta
                for key, value in metric.evaluate(size).items():
                    values[f'{action}/{key}'] = value
        self.metrics.clear()
        return values
