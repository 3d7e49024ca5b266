"""Hook: a bar that shows how far the training is."""

from typing import Any

import torch
from mmaction.registry import HOOKS
from mmengine import dist
from mmengine.hooks import Hook
from mmengine.runner import Runner
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


@HOOKS.register_module()
class ProgressBarHook(Hook):
    """Show training as a bar with the loss and the time left, if on a terminal."""

    priority = 'LOW'

    def before_train(self, runner: Runner) -> None:
        """Start the bar."""
        self._progress = Progress(
            TextColumn('training'),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn('steps, loss {task.fields[loss]}'),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            # Elsewhere the lines of the log say it.
            disable=not (dist.is_main_process() and Console().is_terminal),
        )
        self._progress.start()
        self._task = self._progress.add_task(
            '', total=runner.max_iters, completed=runner.iter, loss='-'
        )

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: dict[str, torch.Tensor] | None = None,
    ) -> None:
        """Move the bar on by a step."""
        if self._progress.disable:
            return  # reading the loss would wait for the GPU
        loss = f'{outputs["loss"].item():.3f}' if outputs else '-'
        self._progress.update(self._task, completed=runner.iter + 1, loss=loss)

    def after_train(self, runner: Runner) -> None:
        """Close the bar."""
        self._progress.stop()
