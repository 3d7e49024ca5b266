"""Training in a work dir: one process alone, resumed, stopped with a reason."""

import sys
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from mmengine.config import Config

import carl_mm
from carl_mm.distributed.launchers import rank_of

# Heavy imports stand in the functions: a help text need not wait for them.
if TYPE_CHECKING:
    from mmengine.runner import Runner

    from carl_mm.apis.resuming import Change


def lock_work_dir(cfg: Config) -> AbstractContextManager[None]:
    """Return what keeps other trainings out of the work dir; the first process does.

    Raises:
        LockedError: Another training writes there; names its process.
    """
    from carl_mm.locking import lock_folder

    if not _is_first_process(cfg):
        return nullcontext()
    return lock_folder(
        cfg.work_dir, 'wait until it has ended, end it, or take another --work-dir'
    )


def _is_first_process(cfg: Config) -> bool:
    """Tell it before the processes know each other."""
    return rank_of(cfg.get('launcher', 'none')) == 0


def resumed_changes(cfg: Config, accept_changes: bool) -> list[str] | None:
    """Check that a checkpoint is of this training, and that something is left to do.

    Another length, and all changes that are accepted, are followed, and named on the
    first process's stdout.

    Args:
        cfg: The whole config; its ``load_from`` is the checkpoint.
        accept_changes: Whether to resume the training of another config, too.

    Returns:
        What has changed and is to be followed, see `train`; None if no step is left,
        which is printed.

    Raises:
        ValueError: The checkpoint is of a training with other settings; names them.
    """
    from mmengine.runner import CheckpointLoader

    from carl_mm.apis.resuming import check_training, followed, what_is_left

    source = cfg.load_from
    with carl_mm.compat.mended_runner():
        checkpoint = CheckpointLoader.load_checkpoint(source, 'cpu', logger='silent')
    check_training(checkpoint, source)
    changes = _changes(checkpoint, cfg, accept_changes)
    done = checkpoint['meta']
    if not what_is_left(checkpoint, cfg):
        _say(
            cfg,
            f'nothing is left to train: {source} is of epoch {done["epoch"]}, step '
            f'{done["iter"]}, the last of this config',
        )
        return None
    if changes:
        _say(cfg, followed(changes, source))
    return [str(change) for change in changes]


def _changes(
    checkpoint: dict[str, Any], cfg: Config, accept_changes: bool
) -> 'list[Change]':
    from carl_mm.apis.resuming import Change, find_changes, refuse_changes

    try:
        changes = find_changes(checkpoint, cfg, cfg.load_from)
    except ValueError:
        if not accept_changes:
            raise
        return [Change('the config', 'not readable in the checkpoint', 'this one')]
    if not accept_changes:
        refuse_changes(changes, cfg.load_from)
    return changes


def _say(cfg: Config, line: str) -> None:
    if _is_first_process(cfg):
        sys.stdout.write(f'{line}\n')


def train(runner: 'Runner', follow_config: bool = False) -> None:
    """Train until the config's last epoch.

    Args:
        runner: The runner that `build_runner` returned.
        follow_config: Whether the settings of a resumed training have changed: rates
            then follow the config, see `ReplanningHook`.

    Raises:
        RunStopped: Training cannot go on: it diverged, a process stands still, one that
            loads data died. The message says why and what to do, and is logged.
    """
    from mmengine import dist

    from carl_mm.run_stopped import RunStopped

    if follow_config:
        from carl_mm.engine.replanning import ReplanningHook

        runner.register_hook(ReplanningHook())
    try:
        runner.train()
    except (RuntimeError, MemoryError) as error:
        reason = str(error) if isinstance(error, RunStopped) else _explain(error)
        if reason is None:
            raise
        if not isinstance(error, RunStopped):
            saved = carl_mm.compat.newest_checkpoint(runner.work_dir)
            state = f'{saved} is complete: add --resume to continue from it'
            reason += f' {state if saved else "No checkpoint was saved before"}.'
        if dist.is_main_process():
            runner.logger.error(reason)
        raise RunStopped(reason) from error


def _explain(error: RuntimeError | MemoryError) -> str | None:
    """Say what an error of PyTorch means and what to do; None if it is not known."""
    from mmengine import dist

    ran_out = isinstance(error, MemoryError)
    # Of a worker's MemoryError the text is its traceback; its last line says it.
    words = str(error).strip().splitlines()[-1:] if ran_out else str(error).split()
    text = ' '.join(words)
    if ran_out or 'DataLoader worker' in text:
        return (
            f'a process that loads data died ({text}). Most often memory ran out: '
            'lower train_dataloader.num_workers or train_dataloader.batch_size.'
        )
    if 'timed out' in text.lower() and dist.get_world_size() > 1:
        return (
            f'an operation of all processes did not end in time ({text:.200}). '
            f'{_who_is_silent()} To allow more time set env_cfg.dist_cfg.timeout.'
        )
    return None


def _who_is_silent() -> str:
    from torch.distributed import DistError

    from carl_mm.heartbeat import silent_processes

    try:
        silent = ', '.join(silent_processes())
    except DistError:
        silent = 'the process that keeps the list of all, usually rank 0'
    if not silent:
        return 'All processes answer now, so one was only slow.'
    return f'No answer from {silent}: find out why it stands still.'
