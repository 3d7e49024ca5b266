"""Make the annotation file of Kinetics-400, or of any lists of videos and classes.

python tools/dataset_converters/kinetics.py data/kinetics400/videos
    data/kinetics400/annotations.json --train train.csv --val val.csv

A list has a line 'PATH,LABEL' or 'PATH LABEL' a video, with or without a header;
paths are relative to VIDEO_DIR, here data/kinetics400/videos. Every video is opened;
missing and unreadable ones are left out and named, with the reasons, in a CSV file
beside the annotation file.

Train: python tools/train.py configs/carl_k400.py --data-root data/kinetics400
"""

import argparse
import sys
from collections.abc import Sequence

from carl_mm.datasets.converters.cli import make_parser, run
from carl_mm.datasets.converters.kinetics import annotations_from_kinetics


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument('video_dir', metavar='VIDEO_DIR')
    parser.add_argument('out', metavar='OUT.json')
    parser.add_argument('--train', metavar='CSV')
    parser.add_argument('--val', metavar='CSV')
    parser.add_argument(
        '--classes', metavar='TXT', help='a class a line, for numbers as labels'
    )
    parser.add_argument(
        '--no-check', action='store_true', help='open no video: all are kept'
    )
    args = parser.parse_args(argv)
    if args.train is None and args.val is None:
        parser.error('--train or --val is needed')
    return args


def main(argv: Sequence[str] | None = None) -> int:
    """Convert; the exit status is 1 where the data is refused."""
    args = parse_args(argv)
    return run(
        args.out,
        lambda: annotations_from_kinetics(
            args.video_dir,
            train_csv=args.train,
            val_csv=args.val,
            class_file=args.classes,
            check=not args.no_check,
            workers=args.workers,
        ),
        report=True,
    )


if __name__ == '__main__':
    sys.exit(main())
