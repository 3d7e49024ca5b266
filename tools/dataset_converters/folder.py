"""Make an annotation file from any folder of videos.

python tools/dataset_converters/folder.py VIDEO_DIR --labels labels.csv
    --splits splits.csv OUT.json

labels.csv has the columns filename, first_frame, last_frame, phase and, optionally,
action; frames are counted from 0, and both are part of the phase. The columns start_s
and end_s (seconds or h:mm:ss) can take the place of the frames. splits.csv has the
columns filename and split, which is train, val or test. Both files are optional:
training needs no labels. File names are relative to VIDEO_DIR.
"""

import argparse
import sys
from collections.abc import Sequence

from carl_mm.apis.cli import add_frame_count, frame_count
from carl_mm.datasets.converters.cli import make_parser, run
from carl_mm.datasets.converters.folder import annotations_from_folder


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument(
        'video_dir',
        metavar='VIDEO_DIR',
        help='folder of videos, searched with subfolders',
    )
    parser.add_argument('out', metavar='OUT.json', help='annotation file to write')
    what = 'phases of the videos, also of ELAN, BORIS, Label Studio, CVAT, VIA 3, ...'
    parser.add_argument('--labels', metavar='FILE', help=what)
    add_frame_count(parser.add_argument)
    parser.add_argument(
        '--splits', metavar='CSV', help='splits; default: all are train videos'
    )
    parser.add_argument(
        '--phases',
        metavar='A,B,C',
        help='phases in temporal order; default: ordered by their mean relative start',
    )
    parser.add_argument(
        '--action', help="action of every video; default: 'action' if there are labels"
    )
    args = parser.parse_args(argv)
    if args.phases is not None:
        if args.labels is None:
            parser.error('--phases needs --labels, whose phases it orders')
        args.phases = [phase.strip() for phase in args.phases.split(',')]
    return args


def main(argv: Sequence[str] | None = None) -> int:
    """Convert; return the exit status, 1 if the data is refused."""
    args = parse_args(argv)
    return run(
        args.out,
        lambda: annotations_from_folder(
            args.video_dir,
            labels_csv=args.labels,
            splits_csv=args.splits,
            phases=args.phases,
            action=args.action,
            workers=args.workers,
            count=frame_count(args),
        ),
    )


if __name__ == '__main__':
    sys.exit(main())
