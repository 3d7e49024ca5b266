"""Make the annotation file of Pouring, and mp4 files of its images.

python tools/dataset_converters/pouring.py TFRECORD_DIR OUT_DIR

TFRECORD_DIR contains pouring_train-0-of-2.tfrecord, pouring_train-1-of-2.tfrecord and
pouring_val-0-of-1.tfrecord, as published. Writes OUT_DIR/annotations.json and
OUT_DIR/videos/NAME.mp4; a second run makes what is missing. TensorFlow is not needed.

Train: python tools/train.py configs/carl_pouring.py --data-root OUT_DIR
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from carl_mm.datasets.converters.cli import make_parser, run
from carl_mm.datasets.converters.pouring import annotations_from_pouring


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument(
        'tfrecord_dir', metavar='TFRECORD_DIR', help='folder of the .tfrecord files'
    )
    parser.add_argument(
        'out_dir', metavar='OUT_DIR', type=Path, help='folder to write to'
    )
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Convert; return the exit status, 1 if the data is refused."""
    args = parse_args(argv)
    return run(
        str(args.out_dir / 'annotations.json'),
        lambda: annotations_from_pouring(
            args.tfrecord_dir, args.out_dir / 'videos', workers=args.workers
        ),
    )


if __name__ == '__main__':
    sys.exit(main())
