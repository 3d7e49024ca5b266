"""Make the annotation file of one of AE2's sets of ego and exo videos.

python tools/dataset_converters/ae2.py SET_DIR SET_DIR/annotations.json

AE2 consists of four sets: break_eggs, pour_milk, pour_liquid and tennis_forehand.
SET_DIR, the folder of one of them, contains label.pickle, a dict of one integer per
frame by each video's name without its suffix, and the videos in one of two layouts:

    break_eggs/ego/train.csv       paths relative to ego/, one per line; for ego and
    break_eggs/ego/S07_eggs.mp4    exo, and for train, val and test

    pour_milk/train/ego/*.mp4      and so on

To write labels of your own: `pickle.dump({'S07_eggs': [0, 0, 1, ...]}, file)`.

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
    parser.add_argument(
        'set_dir', metavar='SET_DIR', help='folder of the set, named after the action'
    )
    parser.add_argument('out', metavar='OUT.json', help='annotation file to write')
    parser.add_argument(
        '--phases',
        metavar='A,B,C',
        type=lambda names: [name.strip() for name in names.split(',')],
        help='names of the phases, in the order of their labels; default: '
        'phase_0,phase_1,...',
    )
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Convert; return the exit status, 1 if the data is refused."""
    args = parse_args(argv)
    return run(
        args.out,
        lambda: annotations_from_ae2(
            args.set_dir, phases=args.phases, workers=args.workers
        ),
    )


if __name__ == '__main__':
    sys.exit(main())
