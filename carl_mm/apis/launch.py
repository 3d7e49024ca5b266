"""What tools/train.py and tools/test.py share: arguments to a Runner."""

import inspect
import os
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

import torch
from mmaction.registry import RUNNERS
from mmengine.config import Config, DictAction
from mmengine.runner import Runner

from carl_mm import compat

LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')


def add_common_arguments(parser: ArgumentParser) -> None:
    """Add the options that training and testing share."""
    parser.add_argument('--work-dir', help='default: work_dirs/CONFIG_NAME')
    parser.add_argument(
        '--data-root', help='folder of the annotation file and videos, for all loaders'
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        help='settings to override, as optim_wrapper.optimizer.lr=1e-3',
    )
    parser.add_argument(
        '--launcher', choices=['none', 'pytorch', 'slurm'], default='none'
    )
    parser.add_argument('--seed', type=int, help='of all random draws')
    parser.add_argument('--deterministic', action='store_true')
    parser.add_argument(
        '--trust-checkpoint',
        action='store_true',
        help='read a checkpoint that holds more than weights; it can run code',
    )
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)


def load_config(args: Namespace) -> Config:
    """Read the config and merge the arguments of `add_common_arguments`.

    An option that the config's ``knobs`` list is sent to all the settings it feeds.

    Raises:
        ValueError: An option names nothing in the config, or a value of its file from
            which others derive.
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
        knobs = cfg.get('knobs') or {}
        options = {
            target: value
            for option, value in args.cfg_options.items()
            for target in knobs.get(option, [option])
        }
        _check_options(options, cfg, args.config)
        turned = {key: value for key, value in args.cfg_options.items() if key in knobs}
        cfg.merge_from_dict({**options, **turned})
    return cfg


def _check_options(options: dict[str, Any], cfg: Config, filename: str) -> None:
    known = set(inspect.signature(Runner.__init__).parameters) | {
        'find_unused_parameters'
    }
    for option in options:
        key = option.split('.')[0]
        if key in known:
            continue
        if key not in cfg:
            raise ValueError(f'--cfg-options {option}: {filename} has no {key!r}')
        raise ValueError(
            f'--cfg-options {option}: {key!r} is a value of {filename} that its '
            '`knobs` do not list, and what derives from it would not follow; edit '
            'the file, or set what it feeds'
        )


def trust(checkpoint: str | None, args: Namespace) -> None:
    """Let `compat.load_local_checkpoint` read this one file in full, if asked to."""
    if not args.trust_checkpoint:
        return
    if not checkpoint:
        raise ValueError(
            '--trust-checkpoint: no checkpoint is loaded or resumed; to trust another '
            f'file, a backbone say, set {compat.TRUST_VARIABLE}=FILE'
        )
    trusted = [os.environ.get(compat.TRUST_VARIABLE), checkpoint]
    os.environ[compat.TRUST_VARIABLE] = os.pathsep.join(filter(None, trusted))


def load_strictly(runner: Runner, checkpoint: str) -> None:
    """Load a checkpoint that must hold every tensor of the model, and no other.

    Args:
        runner: Whose config's ``load_from`` is None.
        checkpoint: A file.

    Raises:
        ValueError: Tensors differ; names the first of them.
    """
    try:
        runner.load_checkpoint(checkpoint, map_location='cpu', strict=True)
    except RuntimeError as error:
        lines = [line for line in str(error).splitlines() if line.strip()]
        raise ValueError(
            f'{checkpoint}: not a checkpoint of this config; take the config that it '
            "was trained with (its work dir has one), or turn the authors' published "
            'file into ours by tools/model_converters/carl_checkpoint.py:\n'
            + '\n'.join(line[:500] for line in lines)
        ) from error


def build_runner(cfg: Config) -> Runner:
    """Build the Runner, also for several processes without a GPU."""
    compat.prepare_distributed(cfg)
    if not torch.cuda.is_available():
        compat.keep_freed_memory()
    return RUNNERS.build(cfg) if 'runner_type' in cfg else Runner.from_cfg(cfg)


def train(runner: Runner) -> None:
    """Train.

    Raises:
        RuntimeError: A process that loads data died; says how to go on.
    """
    try:
        runner.train()
    except RuntimeError as error:
        if 'DataLoader worker' not in str(error):
            raise
        saved = compat.newest_checkpoint(runner.work_dir)
        state = f'{saved} is whole: --resume goes on from it' if saved else 'none saved'
        raise RuntimeError(
            f'a process that loads data died ({str(error).strip()})\nMost often memory '
            'ran out: take fewer train_dataloader.num_workers or a smaller batch_size. '
            f'The training so far: {state}.'
        ) from error
