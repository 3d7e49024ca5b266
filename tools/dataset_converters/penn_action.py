"""Make the annotation file of Penn Action, and mp4 files of its images.

python tools/dataset_converters/penn_action.py PENN_ACTION_DIR PHASE_DIR OUT_DIR

PENN_ACTION_DIR contains frames/NNNN/MMMMMM.jpg and labels/NNNN.mat, as published.
PHASE_DIR contains SPLIT/ACTION/NNNN*.npy with one number per frame; SPLIT is train, val
or test. Writes OUT_DIR/annotations.json and OUT_DIR/videos/NNNN.mp4; a second run makes
what is missing. With --no-encode the folders of images are read as videos.

Train: python tools/train.py configs/carl_pennaction.py --data-root OUT_DIR
and after --no-encode add --cfg-options video_dir=/PATH/OF/PENN_ACTION_DIR/frames
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from carl_mm.datasets.converters.cli import make_parser, run
from carl_mm.datasets.converters.penn_action import annotations_from_penn_action


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument(
        'penn_dir', metavar='PENN_ACTION_DIR', help='folder of frames/ and labels/'
    )
    parser.add_argument(
        'phase_dir', metavar='PHASE_DIR', help='folder of SPLIT/ACTION/NNNN*.npy'
    )
    parser.add_argument(
        'out_dir', metavar='OUT_DIR', type=Path, help='folder to write to'
    )
    parser.add_argument(
        '--encode',
        action=argparse.BooleanOptionalAction,
        default=True,
        help='make mp4 files, which are smaller and read faster',
    )
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Convert; return the exit status, 1 if the data is refused."""
    args = parse_args(argv)
    return run(
        str(args.out_dir / 'annotations.json'),
        lambda: annotations_from_penn_action(
            args.penn_dir,
            args.phase_dir,
            video_dir=args.out_dir / 'videos' if args.encode else None,
            workers=args.workers,
        ),
    )


if __name__ == '__main__':
    sys.exit(main())
