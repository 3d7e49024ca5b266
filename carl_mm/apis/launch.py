"""From the command line of tools/train.py and tools/test.py to a Runner."""

import os
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from mmengine.config import Config, DictAction

import carl_mm

# Heavy imports stand in the functions: a help text need not wait for them.
if TYPE_CHECKING:
    from mmengine.runner import Runner

LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')


def add_common_arguments(parser: ArgumentParser) -> None:
    """Add the options that training and testing share.

    Args:
        parser: The parser of the tool, changed in place.
    """
    parser.add_argument(
        '--work-dir', help='folder to write to (default: work_dirs/CONFIG_NAME)'
    )
    parser.add_argument(
        '--data-root', help='folder with the annotation file and the videos'
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        metavar='KEY=VALUE',
        help="settings to override: a knob of the config (its 'knobs' list them), as "
        'num_frames=80, or a path, as optim_wrapper.optimizer.lr=1e-3; a part of a '
        'list is named by its class, as test_evaluator.KendallsTau.stride=2',
    )
    parser.add_argument(
        '--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none'
    )
    parser.add_argument('--seed', type=int, help='seed of all random draws')
    parser.add_argument(
        '--deterministic', action='store_true', help='use deterministic algorithms'
    )
    parser.add_argument(
        '--trust-checkpoint',
        action='store_true',
        help='read a checkpoint that holds more than weights: it can run code',
    )
    parser.add_argument(
        '--traceback', action='store_true', help='show where an error comes from'
    )
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)


def load_config(args: Namespace) -> Config:
    """Read a config and apply the arguments of `add_common_arguments`.

    Args:
        args: The parsed command line, with ``config``, a file.

    Returns:
        The config, its ``--cfg-options`` set by `set_options`.

    Raises:
        ValueError: An option would change nothing; see `set_options`.
    """
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    cfg = Config.fromfile(args.config)
    cfg.launcher = args.launcher
    cfg.work_dir = args.work_dir or cfg.get(
        'work_dir', str(Path('work_dirs') / Path(args.config).stem)
    )
    if args.data_root:
        for name in LOADERS:
            if cfg.get(name):
                cfg[name].dataset.data_root = args.data_root
    randomness = {'seed': None, **(cfg.get('randomness') or {})}
    if args.seed is not None:
        cfg.randomness = randomness = {**randomness, 'seed': args.seed}
    if args.deterministic:
        cfg.randomness = {**randomness, 'deterministic': True}
    if args.cfg_options:
        from carl_mm.apis.config_paths import set_options

        set_options(cfg, args.cfg_options)
    return cfg


def trust(checkpoint: str | None, args: Namespace) -> None:
    """Let `compat.load_local_checkpoint` read this one file in full, if asked to."""
    if not args.trust_checkpoint:
        return
    variable = carl_mm.compat.TRUST_VARIABLE
    if not checkpoint:
        raise ValueError(
            '--trust-checkpoint: no checkpoint is loaded or resumed; to trust another '
            f'file, a backbone say, set {variable}=FILE'
        )
    trusted = [os.environ.get(variable), checkpoint]
    os.environ[variable] = os.pathsep.join(filter(None, trusted))


def load_strictly(runner: 'Runner', checkpoint: str) -> None:
    """Load a checkpoint that must hold every tensor of the model, and no other.

    Args:
        runner: The runner; the ``load_from`` of its config must be None.
        checkpoint: File of the checkpoint.

    Raises:
        ValueError: The tensors differ; names the first of them.
    """
    try:
        runner.load_checkpoint(checkpoint, map_location='cpu', strict=True)
    except RuntimeError as error:
        lines = [line for line in str(error).splitlines() if line.strip()]
        raise ValueError(
            f'{checkpoint}: not a checkpoint of this config; use the config that it '
            'was trained with (its work dir has one), or convert a file that the '
            "paper's authors published with "
            'tools/model_converters/carl_checkpoint.py:\n'
            + '\n'.join(line[:500] for line in lines)
        ) from error


def pin_memory(cfg: Config) -> None:
    """Let batches wait in memory that a GPU copies from by itself.

    Args:
        cfg: The whole config; a loader that says ``pin_memory`` keeps it.
    """
    for name in LOADERS:
        if cfg.get(name):
            cfg[name].setdefault('pin_memory', True)


def build_runner(cfg: Config) -> 'Runner':
    """Build the Runner, also for several processes without a GPU.

    Args:
        cfg: The whole config; changed in place for distributed runs, and for a GPU.
    """
    import torch
    from mmaction.registry import RUNNERS
    from mmengine.runner import Runner

    from carl_mm.distributed.sync_batch_norm import synchronizing_runner

    carl_mm.compat.prepare_distributed(cfg)
    if torch.cuda.is_available():
        pin_memory(cfg)
    else:
        carl_mm.compat.keep_freed_memory()
    with synchronizing_runner():
        return RUNNERS.build(cfg) if 'runner_type' in cfg else Runner.from_cfg(cfg)
