"""Make the annotation file of an archive that CARL's authors published.

python tools/dataset_converters/carl_archive.py penn_action ARCHIVE_DIR
    ARCHIVE_DIR/annotations.json

ARCHIVE_DIR contains the pickles and, next to them, the videos, which stay where they
are. A pickle that contains anything but data is refused, and none of its code runs.

Train: python tools/train.py configs/carl_pennaction.py --data-root ARCHIVE_DIR
or, for finegym99 and finegym288, whose classes --categories names:
python tools/train.py configs/carl_finegym.py --data-root ARCHIVE_DIR
    --cfg-options video_dir=
"""

import argparse
import sys
from collections.abc import Sequence

from carl_mm.datasets.converters.carl_archive import (
    ARCHIVES,
    annotations_from_carl_archive,
    archive_form,
)
from carl_mm.datasets.converters.cli import make_parser, run
from carl_mm.datasets.converters.conversion import ConversionSummary
from carl_mm.datasets.converters.formats.finegym_lists import read_categories


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument('archive', choices=ARCHIVES, help='which archive it is')
    parser.add_argument(
        'archive_dir', metavar='ARCHIVE_DIR', help='folder of the pickles'
    )
    parser.add_argument('out', metavar='OUT.json', help='annotation file to write')
    parser.add_argument(
        '--categories',
        metavar='TXT',
        help="names of FineGym's classes, such as gym99_categories.txt",
    )
    args = parser.parse_args(argv)
    if args.categories and not args.archive.startswith('finegym'):
        parser.error('--categories is for finegym99 and finegym288 only')
    return args


def main(argv: Sequence[str] | None = None) -> int:
    """Convert; return the exit status, 1 if the data is refused."""
    args = parse_args(argv)

    def convert() -> tuple[dict, ConversionSummary]:
        categories = None
        if args.categories:
            num_classes = int(args.archive.removeprefix('finegym'))
            categories = read_categories(args.categories, num_classes)
        form = archive_form(args.archive, categories)
        return annotations_from_carl_archive(
            args.archive_dir, form, workers=args.workers
        )

    return run(args.out, convert)


if __name__ == '__main__':
    sys.exit(main())
