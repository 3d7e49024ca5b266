"""Make the annotation file of one of AE2's sets of ego and exo videos.

python tools/dataset_converters/ae2.py SET_DIR SET_DIR/annotations.json

AE2 publishes four sets, break_eggs, pour_milk, pour_liquid and tennis_forehand.
SET_DIR, the folder of one, holds label.pickle, a dict of one integer a frame under each
video's name without suffix, and the videos in one of two forms:

    break_eggs/ego/train.csv       paths relative to ego/, one a line; for ego and
    break_eggs/ego/S07_eggs.mp4    exo, train, val and test

    pour_milk/train/ego/*.mp4      and so on

Labels of your own in this form: `pickle.dump({'S07_eggs': [0, 0, 1, ...]}, file)`.

Train: python tools/train.py configs/carl_ae2.py --data-root SET_DIR
"""

import argparse
import sys
from collections.abc import Sequence

from carl_mm.datasets.converters.ae2 import annotations_from_ae2
from carl_mm.datasets.converters.cli import make_parser, run


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument('set_dir', metavar='SET_DIR', help='its name is the action')
    parser.add_argument('out', metavar='OUT.json')
    parser.add_argument(
        '--phases',
        metavar='A,B,C',
        type=lambda names: [name.strip() for name in names.split(',')],
        help='in order of the labels; default: phase_0,phase_1,...',
    )
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Convert; the exit status is 1 where the data is refused."""
    args = parse_args(argv)
    return run(
        args.out,
        lambda: annotations_from_ae2(
            args.set_dir, phases=args.phases, workers=args.workers
        ),
    )


if __name__ == '__main__':
    sys.exit(main())
