"""Make an annotation file from any folder of videos.

python tools/dataset_converters/folder.py VIDEO_DIR --labels labels.csv
    --splits splits.csv OUT.json

labels.csv: filename,first_frame,last_frame,phase and perhaps action; both frames
are counted in, the first of a video is 0. splits.csv: filename,split with train,
val or test. Both are optional: training needs no label. File names are relative
to VIDEO_DIR.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from carl_mm.datasets.folder import FolderSummary, annotations_from_folder


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
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
    parser.add_argument('--workers', type=int, default=4, help='default: 4 threads')
    args = parser.parse_args(argv)
    if args.workers < 1:
        parser.error(f'--workers must be at least 1, got {args.workers}')
    if args.phases is not None:
        if args.labels is None:
            parser.error('--phases orders the phases of --labels, which is missing')
        args.phases = [phase.strip() for phase in args.phases.split(',')]
    return args


def describe(summary: FolderSummary) -> str:
    """Say in words what went in and what was left out."""
    splits = ', '.join(f'{split} {count}' for split, count in summary.splits.items())
    lines = [
        f'videos    {summary.num_videos} ({splits}), {summary.num_frames} frames',
        f'labelled  {summary.num_labelled}',
    ]
    for action, phases in summary.phases.items():
        lines.append(f'phases    {action}: {", ".join(phases)}')
    if summary.left_out:
        lines.append(f'left out  {len(summary.left_out)}')
        lines += [f'  {name}: {reason}' for name, reason in summary.left_out.items()]
    return '\n'.join(lines)


def write_annotations(path: Path, annotations: dict[str, Any]) -> None:
    """Write a video a line; the file appears only when whole."""
    metainfo = json.dumps(annotations['metainfo'], ensure_ascii=False)
    entries = [json.dumps(e, ensure_ascii=False) for e in annotations['data_list']]
    text = (
        f'{{"metainfo": {metainfo},\n"data_list": [\n' + ',\n'.join(entries) + '\n]}\n'
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f'.{path.name}.{os.getpid()}.part')
    try:
        part.write_text(text, encoding='utf-8')
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Convert; the exit status is 1 where the data is refused."""
    args = parse_args(argv)
    try:
        annotations, summary = annotations_from_folder(
            args.video_dir,
            labels_csv=args.labels,
            splits_csv=args.splits,
            phases=args.phases,
            action=args.action,
            workers=args.workers,
        )
        write_annotations(Path(args.out), annotations)
    except (OSError, ValueError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 1
    print(describe(summary))
    print(f'written   {args.out}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
