"""Make the annotation file of Kinetics-400, or of any lists of videos and classes.

python tools/dataset_converters/kinetics.py data/kinetics400/videos
    data/kinetics400/annotations.json --train train.csv --val val.csv

A list has a line 'PATH,LABEL' or 'PATH LABEL' for each video, with or without a header;
paths are relative to VIDEO_DIR, here data/kinetics400/videos. Every video is opened;
those that are missing or unreadable are left out, and listed with the reasons in a CSV
file next to the annotation file.

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
    parser.add_argument('video_dir', metavar='VIDEO_DIR', help='folder of the videos')
    parser.add_argument('out', metavar='OUT.json', help='annotation file to write')
    parser.add_argument('--train', metavar='CSV', help='list of the train videos')
    parser.add_argument('--val', metavar='CSV', help='list of the val videos')
    parser.add_argument(
        '--classes', metavar='TXT', help='names of the classes, one per line'
    )
    parser.add_argument(
        '--no-check', action='store_true', help='keep all videos without opening them'
    )
    args = parser.parse_args(argv)
    if args.train is None and args.val is None:
        parser.error('--train or --val is needed')
    return args


def main(argv: Sequence[str] | None = None) -> int:
    """Convert; return the exit status, 1 if the data is refused."""
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
