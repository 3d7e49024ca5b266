"""Hook: draws that a resumed run repeats."""

from typing import Any

import numpy as np
from mmaction.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.runner import Runner, set_random_seed

from carl_mm.engine.framewise_datasets import framewise_datasets


@HOOKS.register_module()
class EpochSeedHook(Hook):
    """Make the draws of an epoch depend only on the seed, the epoch and the rank.

    A run that is resumed between two epochs then continues as if it had never stopped,
    provided that it has as many processes; checkpoints tell their number.
    """

    priority = 'VERY_HIGH'

    def before_train_epoch(self, runner: Runner) -> None:
        """Seed this process and tell the datasets, whose workers outlive epochs."""
        draw = np.random.SeedSequence([runner.seed, runner.epoch, runner.rank])
        set_random_seed(int(draw.generate_state(1)[0]))
        for dataset in framewise_datasets(runner.train_dataloader.dataset):
            dataset.set_epoch(runner.seed, runner.epoch)

    def before_save_checkpoint(
        self, runner: Runner, checkpoint: dict[str, Any]
    ) -> None:
        """Note the number of processes, on which the draws depend."""
        checkpoint['meta']['world_size'] = runner.world_size
