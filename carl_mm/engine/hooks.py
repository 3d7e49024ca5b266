"""Hooks: repeatable draws, failing videos, a progress bar."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmaction.registry import HOOKS
from mmengine import dist
from mmengine.hooks import Hook
from mmengine.runner import Runner, set_random_seed
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from carl_mm.engine.datasets_of import framewise_datasets


@HOOKS.register_module()
class EpochSeedHook(Hook):
    """Make an epoch's draws depend on the seed, the epoch and the rank alone.

    A run resumed at an epoch boundary then goes on as if it had not stopped.
    """

    priority = 'VERY_HIGH'

    def before_train_epoch(self, runner: Runner) -> None:
        """Seed this process and tell the datasets, whose workers outlive epochs."""
        draw = np.random.SeedSequence([runner.seed, runner.epoch, runner.rank])
        set_random_seed(int(draw.generate_state(1)[0]))
        for dataset in framewise_datasets(runner.train_dataloader.dataset):
            dataset.set_epoch(runner.seed, runner.epoch)


@HOOKS.register_module()
class DecodeFailureHook(Hook):
    """Stop training when too many videos fail to decode; nothing trained is lost.

    Args:
        max_share: Of a dataset's videos, in [0, 1].
    """

    priority = 'LOWEST'

    def __init__(self, max_share: float = 0.1) -> None:
        if not 0 <= max_share <= 1:
            raise ValueError(f'max_share must be in [0, 1], got {max_share}')
        self.max_share = max_share

    def after_train_epoch(self, runner: Runner) -> None:
        """Count the failures of all processes; too many raise, after saving."""
        for dataset in framewise_datasets(runner.train_dataloader.dataset):
            parts = dist.all_gather_object(dataset.failed_videos)
            failed = sorted({name for part in parts for name in part})
            if not failed:
                continue
            message = (
                f'{len(failed)} of {len(dataset)} videos of {dataset.ann_file} could '
                f'not be decoded: {", ".join(failed)}'
            )
            runner.logger.warning(message)
            if len(failed) > self.max_share * len(dataset):
                name = f'epoch_{runner.epoch + 1}.pth'
                runner.save_checkpoint(runner.work_dir, name)
                if dist.is_main_process():
                    path = Path(runner.work_dir, name)
                    path.with_name('last_checkpoint').write_text(str(path))
                raise RuntimeError(
                    f'{message}\nMore than max_share={self.max_share}: training stops; '
                    f'it is saved in {runner.work_dir}/{name}, go on with --resume'
                )


@HOOKS.register_module()
class ProgressBarHook(Hook):
    """Show training as a bar with the loss and the time left, on a terminal."""

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
            # Elsewhere the log's lines say it.
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
        """Advance."""
        if self._progress.disable:
            return  # reading the loss would wait for the GPU
        loss = f'{outputs["loss"].item():.3f}' if outputs else '-'
        self._progress.update(self._task, completed=runner.iter + 1, loss=loss)

    def after_train(self, runner: Runner) -> None:
        """Close the bar."""
        self._progress.stop()
