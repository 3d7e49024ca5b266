"""Training in a work dir: one process alone, resumed, stopped with a reason."""

import sys
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from mmengine.config import Config

import carl_mm
from carl_mm.distributed.launchers import rank_of

# Heavy imports stand in the functions: a help text need not wait for them.
if TYPE_CHECKING:
    from mmengine.runner import Runner


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


def may_resume(cfg: Config, accept_changes: bool) -> bool:
    """Check that a checkpoint is of this training, and that something is left to do.

    Args:
        cfg: The whole config; its ``load_from`` is the checkpoint.
        accept_changes: Whether to resume the training of another config, too.

    Returns:
        Whether there is a step left; if not, this is printed.

    Raises:
        ValueError: The checkpoint is of a training with other settings; names them.
    """
    from mmengine.runner import CheckpointLoader

    from carl_mm.apis.resuming import (
        check_training,
        find_changes,
        refuse_changes,
        what_is_left,
    )

    checkpoint = CheckpointLoader.load_checkpoint(cfg.load_from, 'cpu', logger='silent')
    check_training(checkpoint, cfg.load_from)
    if not accept_changes:
        changes = find_changes(checkpoint, cfg, cfg.load_from)
        refuse_changes(changes, cfg.load_from)
    if what_is_left(checkpoint, cfg):
        return True
    done = checkpoint['meta']
    if _is_first_process(cfg):
        sys.stdout.write(
            f'nothing is left to train: {cfg.load_from} is of epoch {done["epoch"]}, '
            f'step {done["iter"]}, the last of this config\n'
        )
    return False


def train(runner: 'Runner') -> None:
    """Train until the config's last epoch.

    Args:
        runner: The runner that `build_runner` returned.

    Raises:
        RunStopped: Training cannot go on: it diverged, a process stands still, one that
            loads data died. The message says why and what to do, and is logged.
    """
    from mmengine import dist

    from carl_mm.run_stopped import RunStopped

    try:
        runner.train()
    except (RuntimeError, MemoryError) as error:
        reason = str(error) if isinstance(error, RunStopped) else _explain(error)
        if reason is None:
            raise
        saved = carl_mm.compat.newest_checkpoint(runner.work_dir)
        if not isinstance(error, RunStopped):
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
