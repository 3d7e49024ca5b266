"""Make the annotation file of FineGym99 or FineGym288, and cut its clips.

python tools/dataset_converters/finegym.py LISTS_DIR data/finegym99/annotations.json
    --clips data/finegym99/videos --sources YOUTUBE_DIR

LISTS_DIR contains FineGym's published files under their published names:
finegym_annotation_info_v1.1.json, gym99_train_element_v1.1.txt, gym99_val_element.txt
and gym99_categories.txt. YOUTUBE_DIR contains the source videos, VIDEOID.mp4, .mkv or
.webm; each event becomes VIDEOID_E_SSSSSS_EEEEEE.mp4, 640x360 at 25 frames per second.
Run it again after an interruption or when you have more sources: existing clips are
kept. Without --sources nothing is cut, and the existing clips are labelled. With
--lists-only the lists are checked and counted, and nothing is written.

The events of the train list become train videos, those of the val list test videos. The
lists divide elements, not events: an event in both lists (265 of FineGym99, 623 of
FineGym288) is in both splits, with the labels of either list. The paper's 3,182 train
events are those of list v1.0 (--version v1.0, with the files of that version); v1.1,
the default, has 3,791. Clips that are left out are listed with the reasons in a CSV
file next to the annotation file.

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
    parser.add_argument(
        'lists_dir', metavar='LISTS_DIR', help="folder of FineGym's published files"
    )
    parser.add_argument(
        'out', metavar='OUT.json', nargs='?', help='annotation file to write'
    )
    parser.add_argument(
        '--classes',
        type=int,
        choices=(99, 288),
        default=99,
        help='FineGym99 (default) or FineGym288',
    )
    parser.add_argument(
        '--version',
        choices=('v1.0', 'v1.1'),
        default='v1.1',
        help='version of the files, default: v1.1',
    )
    parser.add_argument('--clips', metavar='DIR', help='folder of the clips')
    parser.add_argument(
        '--sources', metavar='DIR', help='folder of videos to cut clips from'
    )
    parser.add_argument(
        '--lists-only', action='store_true', help='only check and count the lists'
    )
    parser.add_argument(
        '--unlabelled-events',
        action='store_true',
        help="add the train videos' other events, without labels, to the train split",
    )
    args = parser.parse_args(argv)
    if not args.lists_only and not (args.out and args.clips):
        parser.error('OUT.json and --clips are needed, or --lists-only')
    return args


def main(argv: Sequence[str] | None = None) -> int:
    """Convert; return the exit status, 1 if the data is refused."""
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
