r"""Convert labels: from and for ELAN, BORIS, Label Studio, CVAT, VIA 3, Praat, WebVTT.

python tools/convert_labels.py project.boris labels.csv --videos my_videos
python tools/convert_labels.py phases.csv tasks.json --videos my_videos \
    --to label_studio_predictions
python tools/convert_labels.py phases.csv elan --videos my_videos --to elan

IN is a file of any of these forms, which is found by its content, or a folder of such
files. OUT is a file, whose form its ending tells, or --to. ELAN, CVAT, Praat and WebVTT
hold one video a file; where there are several, OUT is a folder for them.

With --videos, segments keep their frames exactly, whatever the frame rate; without it,
labels that are told in seconds can be written in seconds only. What OUT has no place
for is listed on stderr.
"""

import sys
from argparse import ArgumentParser, Namespace

from carl_mm.apis.cli import add_frame_count, frame_count, main, make_parser

FORMS = (
    *('csv', 'elan', 'boris', 'boris_events', 'label_studio'),
    *('label_studio_predictions', 'cvat', 'via', 'textgrid', 'webvtt'),
)


def parser() -> ArgumentParser:
    """Return the command line."""
    made = make_parser(__doc__)
    add = made.add_argument
    add('labels', metavar='IN', help='file of labels, or a folder of them')
    add('out', metavar='OUT', help='file to write, or a folder for one of each video')
    add('--videos', metavar='DIR', help='folder of the videos')
    add('--to', choices=FORMS, help="form of OUT (default: by OUT's ending)")
    what = 'tier, subject, control tag or label to read; can be given several times '
    what += '(default: all, if none overlaps another)'
    add('--tier', action='append', default=[], metavar='NAME', help=what)
    add_frame_count(add)
    return made


def convert(args: Namespace) -> int:
    """Convert, and list what was left out."""
    from carl_mm.datasets.converters.label_conversion import convert_labels

    done = convert_labels(
        args.labels, args.out, args.videos, args.to, args.tier, frame_count(args)
    )
    for remark in done.remarks:
        sys.stderr.write(f'warning: {remark}\n')
    where = args.out if len(done.files) > 1 else done.files[0]
    print(f'written {where}: {done.num_videos} videos, {done.num_segments} segments')
    return 0


if __name__ == '__main__':
    sys.exit(main(convert, parser()))
