"""Make the annotation file of FineGym99 or FineGym288, and cut its clips.

python tools/dataset_converters/finegym.py LISTS_DIR data/finegym99/annotations.json
    --clips data/finegym99/videos --sources YOUTUBE_DIR

LISTS_DIR holds FineGym's published files under their names:
finegym_annotation_info_v1.1.json, gym99_train_element_v1.1.txt,
gym99_val_element.txt, gym99_categories.txt. YOUTUBE_DIR holds the source videos,
VIDEOID.mp4, .mkv or .webm; each event becomes VIDEOID_E_SSSSSS_EEEEEE.mp4, 640x360
at 25 frames a second. Run again after an interruption or with more sources: a clip
that is there is kept. Without --sources nothing is cut: the clips that are there are
labelled. With --lists-only the lists are checked and counted, and nothing is written.

The train list trains and the val list tests. The lists divide elements: an event that
both name (265 of FineGym99, 623 of FineGym288) is in both splits, each time with the
labels of that list. The paper's 3,182 train events are those of list v1.0 (--version
v1.0, with the files of that version); v1.1, the default, has 3,791. Clips left out,
with the reasons, are in a CSV file beside the annotation file.

Train: python tools/train.py configs/carl_finegym.py --data-root data/finegym99
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from carl_mm.datasets.converters.cli import make_parser, run
from carl_mm.datasets.converters.finegym import annotations_from_finegym
from carl_mm.datasets.converters.formats.finegym_lists import read_lists


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument('lists_dir', metavar='LISTS_DIR')
    parser.add_argument('out', metavar='OUT.json', nargs='?')
    parser.add_argument('--classes', type=int, choices=(99, 288), default=99)
    parser.add_argument('--version', choices=('v1.0', 'v1.1'), default='v1.1')
    parser.add_argument('--clips', metavar='DIR', help='of the events')
    parser.add_argument('--sources', metavar='DIR', help='to cut missing clips from')
    parser.add_argument('--lists-only', action='store_true', help='check and count')
    parser.add_argument(
        '--unlabelled-events',
        action='store_true',
        help="also train, without labels, on the train videos' other events",
    )
    args = parser.parse_args(argv)
    if not args.lists_only and not (args.out and args.clips):
        parser.error('OUT.json and --clips are needed, or --lists-only')
    return args


def main(argv: Sequence[str] | None = None) -> int:
    """Convert; the exit status is 1 where the data is refused."""
    args = parse_args(argv)
    try:
        lists = read_lists(args.lists_dir, args.classes, args.version)
    except (OSError, ValueError) as error:
        sys.stderr.write(f'error: {error}\n')
        return 1
    print(lists.describe())
    if args.lists_only:
        return 0
    return run(
        args.out,
        lambda: annotations_from_finegym(
            Path(args.lists_dir) / f'finegym_annotation_info_{args.version}.json',
            lists,
            args.clips,
            source_dir=args.sources,
            unlabelled_events=args.unlabelled_events,
            workers=args.workers,
        ),
        report=True,
    )


if __name__ == '__main__':
    sys.exit(main())
