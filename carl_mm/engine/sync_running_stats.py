"""Hook: all processes validate with the running statistics that are saved."""

from typing import Any

from mmaction.registry import HOOKS
from mmengine import dist
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


@HOOKS.register_module()
class SyncRunningStatsHook(Hook):
    """Average the running statistics of BatchNorm over the processes.

    Processes that normalise by batches of their own (``sync_bn=None``) would else
    validate by statistics of their own, of which only the first one's are saved. They
    are averaged at the end of an epoch, before it is saved; where steps are counted
    instead, the first process's hold. mmengine's `SyncBuffersHook` averages all
    buffers, which also rounds those that never change: a frozen backbone would no
    longer be the one whose features are cached.
    """

    priority = 'BELOW_NORMAL'  # after averaged weights are swapped in, before saving

    def after_train_epoch(self, runner: Runner) -> None:
        """Average what the epoch has changed."""
        for statistic in _statistics(runner.model, trained=True):
            dist.all_reduce(statistic, 'mean')

    def before_val_epoch(self, runner: Runner) -> None:
        """Take the first process's, which is the one that saves."""
        for statistic in _statistics(runner.model):
            dist.broadcast(statistic)


def _statistics(model: nn.Module, trained: bool = False) -> list[Tensor]:
    """List running means and variances, on demand without those of frozen layers."""
    found: list[Any] = [
        statistic
        for layer in model.modules()
        if isinstance(layer, _BatchNorm) and (layer.training or not trained)
        for statistic in (layer.running_mean, layer.running_var)
    ]
    return [statistic for statistic in found if statistic is not None]
