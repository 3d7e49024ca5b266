"""Evaluate a checkpoint.

python tools/test.py CONFIG CHECKPOINT
"""

import argparse
import json
from pathlib import Path

import carl_mm
from carl_mm.apis.cli import one_line_errors
from carl_mm.apis.config_errors import TESTING
from carl_mm.apis.launch import (
    add_common_arguments,
    build_runner,
    check_is_there,
    load_config,
    load_strictly,
    trust,
)
from carl_mm.files import atomic_write_text


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument('--out', help='write the figures to this JSON file')
    parser.add_argument('--dump', help='write all embeddings to this .pkl file')
    parser.add_argument(
        '--show-dir', metavar='DIR', help='write the pictures below this folder'
    )
    add_common_arguments(parser)
    return parser.parse_args()


def main() -> None:
    """Evaluate, print the table of figures, and write what was asked for."""
    one_line_errors()
    args = parse_args()
    # Not above: a help text need not wait for torch and mmaction2.
    from mmengine.dist import is_main_process

    from carl_mm.evaluation import results_table

    cfg = load_config(args, TESTING)
    check_is_there(args.checkpoint)
    cfg.load_from, cfg.resume = None, False
    trust(args.checkpoint, args)
    if args.dump:
        dump = {'type': 'DumpResults', 'out_file_path': args.dump}
        evaluators = cfg.test_evaluator
        evaluators = evaluators if isinstance(evaluators, list) else [evaluators]
        cfg.test_evaluator = [*evaluators, dump]
    if args.show_dir:
        from carl_mm.apis.show_dir import show_in

        show_in(cfg, args.show_dir)
    runner = build_runner(cfg)
    loop = runner.test_loop  # built first: a misspelt key shows before a long load
    load_strictly(runner, args.checkpoint)
    metrics = loop.runner.test()
    if is_main_process():
        if metrics:
            print(results_table(metrics, Path(args.config).stem))
        else:
            print('no figure: there is nothing to judge; the log says what is missing')
        if args.out:
            atomic_write_text(Path(args.out), json.dumps(metrics, indent=1))
    carl_mm.compat.end_distributed()


if __name__ == '__main__':
    main()
