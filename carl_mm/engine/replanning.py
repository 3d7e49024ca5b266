"""Hook: the rates of a resumed training follow its config, not the checkpoint's."""

import copy
import warnings
from collections.abc import Iterator
from typing import Any

from mmengine.hooks import Hook
from mmengine.optim.scheduler import ReduceOnPlateauParamScheduler
from mmengine.runner import EpochBasedTrainLoop, Runner


class ReplanningHook(Hook):
    """Let a resumed training go on as one that had its present settings from the start.

    mmengine's schedulers and optimizers keep their settings in checkpoints, the ends of
    their plans too: after `Runner.resume` these are the former ones, whatever the
    config says. Here learning rates, momenta, weight decay and the like are set back to
    the config's, and the plan is run through again up to where the training stands. Of
    the checkpoint remains what was learnt: weights, and the optimizer's state.

    `carl_mm.apis.training.train` adds it where settings have changed; without it a
    resumed training is bitwise what it would have been.
    """

    # Before hooks that look at rates.
    priority = 'VERY_HIGH'

    def __init__(self) -> None:
        self.groups: list[dict[str, Any]] = []
        self.plans: list[dict[str, Any]] = []

    def before_run(self, runner: Runner) -> None:
        """Note what the config says, before the checkpoint is loaded.

        Raises:
            ValueError: A scheduler follows measurements, which are not kept.
        """
        for scheduler in _schedulers(runner):
            if isinstance(scheduler, ReduceOnPlateauParamScheduler):
                raise ValueError(
                    f'{type(scheduler).__name__}: follows what was measured, so that '
                    'it cannot be planned anew; resume with the former settings'
                )
        self.groups = [
            {key: copy.deepcopy(value) for key, value in group.items()}
            for group in _settings(runner)
        ]
        self.plans = [
            copy.deepcopy(scheduler.state_dict()) for scheduler in _schedulers(runner)
        ]

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Count steps as if all epochs had had as many as they have now."""
        if isinstance(runner.train_loop, EpochBasedTrainLoop):
            done = checkpoint['meta']
            done['iter'] = done['epoch'] * len(runner.train_dataloader)

    def before_train(self, runner: Runner) -> None:
        """Set the settings back, and run through the plan."""
        resumed = [group.get('lr') for group in _groups(runner)]
        for group, settings in zip(_groups(runner), self.groups, strict=True):
            group.update(settings)
        schedulers = list(_schedulers(runner))
        for scheduler, plan in zip(schedulers, self.plans, strict=True):
            scheduler.load_state_dict(plan)
        with warnings.catch_warnings():
            # That no step was made before the first of a plan.
            warnings.simplefilter('ignore', UserWarning)
            _run_through(runner, schedulers)
        planned = [group.get('lr') for group in _groups(runner)]
        runner.logger.info(
            'the settings are not those of the checkpoint: learning rates go on as in '
            f'a training of these settings, at {_shown(planned)}, not at '
            f'{_shown(resumed)}'
        )


def _run_through(runner: Runner, schedulers: list[Any]) -> None:
    """Step schedulers as mmengine's hook has, up to where the training stands."""
    by_step = [scheduler for scheduler in schedulers if not scheduler.by_epoch]
    by_epoch = [scheduler for scheduler in schedulers if scheduler.by_epoch]
    if not isinstance(runner.train_loop, EpochBasedTrainLoop):
        for _ in range(runner.iter):
            _step(by_step)
        return
    for _ in range(runner.epoch):
        for _ in range(len(runner.train_dataloader)):
            _step(by_step)
        _step(by_epoch)


def _step(schedulers: list[Any]) -> None:
    for scheduler in schedulers:
        scheduler.step()


def _schedulers(runner: Runner) -> Iterator[Any]:
    found = runner.param_schedulers or []
    for part in found.values() if isinstance(found, dict) else [found]:
        yield from part


def _groups(runner: Runner) -> list[dict[str, Any]]:
    """Return the groups of parameters, also of several optimizers."""
    found = runner.optim_wrapper.param_groups
    parts = found.values() if isinstance(found, dict) else [found]
    return [group for part in parts for group in part]


def _settings(runner: Runner) -> Iterator[dict[str, Any]]:
    """Yield the groups without their parameters."""
    for group in _groups(runner):
        yield {key: value for key, value in group.items() if key != 'params'}


def _shown(rates: list[Any]) -> str:
    return ', '.join(dict.fromkeys(f'{float(rate):.4g}' for rate in rates))
