"""Make the videos that configs/carl_synthetic.py trains and tests on.

python tools/make_synthetic_videos.py

Writes data/synthetic/videos/*.mp4 and data/synthetic/annotations.json. Complete videos
of an earlier run with the same settings are kept.
"""

import argparse
import os
from collections.abc import Sequence

from carl_mm.datasets.annotations import load_annotations
from carl_mm.datasets.synthetic.dataset import make_synthetic_dataset
from carl_mm.datasets.synthetic.scripted_processes import PROCESSES


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    what = 'folder to write to (default: data/synthetic)'
    add('--out', default='data/synthetic', metavar='DIR', help=what)
    what = '{} videos of each process (default: {})'
    add('--num-train', type=int, default=50, help=what.format('train', 50))
    add('--num-test', type=int, default=20, help=what.format('test', 20))
    what = f'number of processes, 1 (default) to {len(PROCESSES)}'
    add('--processes', type=int, default=1, help=what)
    add('--seed', type=int, default=0, help='seed of the data set (default: 0)')
    what = 'width and height of a frame, in pixels (default: 64)'
    add('--size', type=int, default=64, help=what)
    what = 'processes that render (default: one per core, at most 8)'
    add('--workers', type=int, default=min(8, os.cpu_count() or 1), help=what)
    return parser.parse_args(argv)


def describe(annotations: dict) -> str:
    """Say in words what was made."""
    entries = annotations['data_list']
    lines = [
        f'{split:7} {sum(e["split"] == split for e in entries)} videos, '
        f'{sum(e["num_frames"] for e in entries if e["split"] == split)} frames'
        for split in ('train', 'test')
    ]
    for action, phases in annotations['metainfo']['phases'].items():
        lines.append(f'phases  {action}: {", ".join(phases)}')
    return '\n'.join(lines)


def main(argv: Sequence[str] | None = None) -> None:
    """Make the videos and print a summary."""
    args = parse_args(argv)
    try:
        path = make_synthetic_dataset(
            args.out,
            num_train=args.num_train,
            num_test=args.num_test,
            num_processes=args.processes,
            seed=args.seed,
            size=args.size,
            workers=args.workers,
        )
    except ValueError as error:
        raise SystemExit(f'make_synthetic_videos.py: {error}') from error
    print(describe(load_annotations(path)))
    print(path)


if __name__ == '__main__':
    main()
