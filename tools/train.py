"""Train a config.

python tools/train.py configs/carl_synthetic.py
"""

import argparse
import os
from typing import TYPE_CHECKING

import carl_mm
from carl_mm.apis.cli import one_line_errors
from carl_mm.apis.config_errors import TRAINING
from carl_mm.apis.launch import (
    add_common_arguments,
    build_runner,
    load_config,
    trust,
)
from carl_mm.apis.training import lock_work_dir, resumed_changes, train

# Heavy imports stand in the functions: a help text need not wait for them.
if TYPE_CHECKING:
    from mmengine.config import Config


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file')
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        metavar='CHECKPOINT',
        help='continue an interrupted training; by default from the newest complete '
        'checkpoint in the work dir',
    )
    parser.add_argument(
        '--accept-changes',
        action='store_true',
        help='resume though the settings are not those of the checkpoint, and follow '
        'the new ones; another length (max_epochs) needs no such consent',
    )
    parser.add_argument('--amp', action='store_true', help='autocast to bfloat16')
    parser.add_argument(
        '--no-validate', action='store_true', help='train without evaluating'
    )
    parser.add_argument(
        '--auto-scale-lr',
        action='store_true',
        help='scale the learning rate with the batch size of all processes together',
    )
    parser.add_argument(
        '--diff-rank-seed', action='store_true', help='use another seed in each process'
    )
    add_common_arguments(parser)
    return parser.parse_args()


def main() -> None:
    """Train."""
    one_line_errors()
    args = parse_args()
    cfg = load_config(args, TRAINING)
    if args.amp:
        cfg.optim_wrapper.type = 'AutocastOptimWrapper'  # a class would not dump
    if args.no_validate:
        cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    if args.auto_scale_lr:
        if 'auto_scale_lr' not in cfg:
            raise ValueError(f'--auto-scale-lr: {args.config} has no auto_scale_lr')
        cfg.auto_scale_lr.enable = True
    if args.diff_rank_seed:
        randomness = {'seed': None, **(cfg.get('randomness') or {})}
        cfg.randomness = {**randomness, 'diff_rank_seed': True}
    with lock_work_dir(cfg):
        run(cfg, args)


def run(cfg: 'Config', args: argparse.Namespace) -> None:
    """Train in a work dir that no other process writes."""
    changes: list[str] | None = []
    source = resumed_from(args, cfg.work_dir)
    if source:
        cfg.resume, cfg.load_from = True, source
    elif args.resume:
        cfg.resume = False  # else mmengine resumes from the weights to start from
    trust(cfg.get('load_from'), args)
    if source:
        changes = resumed_changes(cfg, args.accept_changes)
        if changes is None:  # nothing is left to train
            return
    train(build_runner(cfg), follow_config=bool(changes))
    carl_mm.compat.end_distributed()


def resumed_from(args: argparse.Namespace, work_dir: str) -> str | None:
    """Return the checkpoint to resume from; None to begin with the first epoch."""
    named: str | None = None if args.resume == 'auto' else args.resume
    # Started anew by torchrun it goes on from what it saved; if it saved nothing, it
    # begins as it was told to.
    is_restart = int(os.environ.get('TORCHELASTIC_RESTART_COUNT', 0)) > 0
    if args.resume == 'auto' or is_restart:
        return carl_mm.compat.newest_checkpoint(work_dir) or named
    return named


if __name__ == '__main__':
    main()
