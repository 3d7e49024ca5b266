"""Hook: processes notice when one of them stands still."""

from typing import Any

from mmaction.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.runner import Runner

from carl_mm.heartbeat import DEFAULT_SILENCE_S, beat, set_max_silence


@HOOKS.register_module()
class HeartbeatHook(Hook):
    """Let each process tell the others that it makes progress, and bound its silence.

    Where processes wait for one that caches features or judges, they go on waiting as
    long as it makes progress. Other operations of several processes are bounded by
    ``env_cfg.dist_cfg.timeout``. With one process this does nothing.

    Args:
        max_silence_s: Longest time in which a process may make no progress while
            others wait for it, in seconds; > 0.

    Raises:
        ValueError: ``max_silence_s`` is not positive.
    """

    priority = 'VERY_HIGH'

    def __init__(self, max_silence_s: float = DEFAULT_SILENCE_S) -> None:
        set_max_silence(max_silence_s)

    def before_run(self, runner: Runner) -> None:
        """Tell who this process is."""
        beat()

    def after_train_iter(self, *_: Any, **__: Any) -> None:
        """Tell of a step."""
        beat()

    def after_val_iter(self, *_: Any, **__: Any) -> None:
        """Tell of a video."""
        beat()

    def after_test_iter(self, *_: Any, **__: Any) -> None:
        """Tell of a video."""
        beat()
