"""From the command line of tools/train.py and tools/test.py to a Runner."""

import os
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from mmengine.config import Config

import carl_mm
from carl_mm.apis.config_errors import check_parts, read_config
from carl_mm.apis.option_action import OptionAction

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
        action=OptionAction,
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


def load_config(args: Namespace, needed: tuple[str, ...] = ()) -> Config:
    """Read a config and apply the arguments of `add_common_arguments`.

    Args:
        args: The parsed command line, with ``config``, a file.
        needed: What the config must have, see `check_parts`.

    Returns:
        The config, its ``--cfg-options`` set by `set_options`.

    Raises:
        FileNotFoundError: There is no such file.
        ImportError: The config imports what is not there.
        ValueError: The file is no config, or lacks a part; an option would change
            nothing, or is not of the right kind, see `set_options`.
    """
    if args.launcher == 'pytorch':  # others have variables of their own
        os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    cfg = read_config(args.config)
    check_parts(cfg, needed, args.config)
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
    seed = (cfg.get('randomness') or {}).get('seed')
    if not isinstance(seed, int | None):
        raise ValueError(f'randomness.seed must be a number or None, got {seed!r}')
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


def check_is_there(checkpoint: str) -> None:
    """Check that a checkpoint exists, before anything slow; not that of an address.

    Raises:
        FileNotFoundError: There is no such file.
    """
    if '://' not in checkpoint and not Path(checkpoint).is_file():
        raise FileNotFoundError(f'{checkpoint}: no such checkpoint')


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
            'tools/model_converters/carl_checkpoint.py: '
            + '; '.join(line.strip()[:500] for line in lines)
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

    From then on mmengine reads and writes checkpoints as we do, in the whole process.

    Args:
        cfg: The whole config; changed in place for distributed runs, and for a GPU.
            With a tta_model, this embeds in testing, on the samples of tta_pipeline if
            there is one.
    """
    import torch
    from mmaction.registry import RUNNERS
    from mmengine.hooks import PrepareTTAHook
    from mmengine.runner import Runner

    from carl_mm.distributed.sync_batch_norm import synchronizing_runner

    carl_mm.compat.mend_runner()
    carl_mm.compat.prepare_distributed(cfg)
    if torch.cuda.is_available():
        pin_memory(cfg)
    else:
        carl_mm.compat.keep_freed_memory()
    if cfg.get('tta_pipeline'):
        cfg.test_dataloader.dataset.pipeline = cfg.tta_pipeline
    with synchronizing_runner():
        runner = RUNNERS.build(cfg) if 'runner_type' in cfg else Runner.from_cfg(cfg)
    if cfg.get('tta_model'):
        runner.register_hook(PrepareTTAHook(cfg.tta_model))
    return runner
