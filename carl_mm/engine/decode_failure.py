"""Hook: what becomes of a training in which videos fail to decode."""

from pathlib import Path

from mmaction.registry import HOOKS
from mmengine import dist
from mmengine.hooks import Hook
from mmengine.runner import Runner

from carl_mm.engine.framewise_datasets import framewise_datasets
from carl_mm.files import atomic_write_text
from carl_mm.run_stopped import RunStopped


@HOOKS.register_module()
class DecodeFailureHook(Hook):
    """Stop training if too many videos cannot be decoded; nothing trained is lost.

    Args:
        max_share: Largest share of a dataset's videos that may fail, in [0, 1].

    Raises:
        ValueError: ``max_share`` is out of range.
    """

    priority = 'LOWEST'

    def __init__(self, max_share: float = 0.1) -> None:
        if not 0 <= max_share <= 1:
            raise ValueError(f'max_share must be in [0, 1], got {max_share}')
        self.max_share = max_share

    def after_train_epoch(self, runner: Runner) -> None:
        """Count the failures of all processes; save and stop if they are too many.

        Raises:
            RunStopped: Names the videos and the checkpoint to resume from.
        """
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
                    atomic_write_text(path.with_name('last_checkpoint'), str(path))
                raise RunStopped(
                    f'{message}. More than max_share={self.max_share}: training stops. '
                    f'It is saved in {runner.work_dir}/{name}; continue with --resume'
                )
