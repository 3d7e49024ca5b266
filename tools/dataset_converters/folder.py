"""Make an annotation file from any folder of videos.

python tools/dataset_converters/folder.py VIDEO_DIR --labels labels.csv
    --splits splits.csv OUT.json

labels.csv: filename,first_frame,last_frame,phase and perhaps action; both frames
are counted in, the first of a video is 0. splits.csv: filename,split with train,
val or test. Both are optional: training needs no label. File names are relative
to VIDEO_DIR.
"""

import argparse
import sys
from collections.abc import Sequence

from carl_mm.datasets.converters.cli import make_parser, run
from carl_mm.datasets.converters.folder import annotations_from_folder


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument('video_dir', metavar='VIDEO_DIR', help='searched recursively')
    parser.add_argument('out', metavar='OUT.json')
    parser.add_argument('--labels', metavar='CSV')
    parser.add_argument('--splits', metavar='CSV', help='default: all videos train')
    parser.add_argument(
        '--phases',
        metavar='A,B,C',
        help='in temporal order; default: by mean relative start',
    )
    parser.add_argument(
        '--action', help="of every video; default: 'action' if videos are labelled"
    )
    args = parser.parse_args(argv)
    if args.phases is not None:
        if args.labels is None:
            parser.error('--phases orders the phases of --labels, which is missing')
        args.phases = [phase.strip() for phase in args.phases.split(',')]
    return args


def main(argv: Sequence[str] | None = None) -> int:
    """Convert; the exit status is 1 where the data is refused."""
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
        ),
    )


if __name__ == '__main__':
    sys.exit(main())
