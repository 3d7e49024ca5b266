"""Align videos with a reference: which frames show the same moment.

python tools/align.py work_dirs/carl_folder reference.mp4 others --out aligned
python tools/align.py epoch_50.pth a.mp4 b.mp4 --out aligned --video --picture

Writes to DIR, for each other video, NAME.csv with a row for each frame of the
reference: its number and its time in seconds, the number and time of the matching frame
of the other video, empty if there is none, and how sure it is (0 to 1); of long videos
every K-th frame is aligned (--stride), and rows between are interpolated; with --format
npz, NAME.npz with the arrays of `carl_mm.apis.Alignment` (the reference is a) and the
paths of both videos. With --video also NAME.mp4, both in step and of the taller one's
size; with --picture also NAME.png, the similarities of all frames and the path. With
--rank also ranking.csv: the other videos, sorted by how well they align, and by how
many standard deviations (z) better than videos in another order; below 1.6 they are
not to be compared.
For thousands of videos, make embeddings with tools/embed.py first, which can be
interrupted and resumed, and give those.

python tools/align.py epoch_50.pth a.mp4 b.mp4 --out aligned --video --view ghost
    --crop subject --speed 0.25 --labels phases.csv
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from carl_mm.apis.cli import add_frame_count, add_model, frame_count, main, make_parser
from carl_mm.files import atomic_write

# Heavy imports stand in the functions: a help text need not wait for them.
if TYPE_CHECKING:
    from carl_mm.apis import Alignment, VideoEmbedding

VIDEO_OPTIONS = ('view', 'height', 'crop', 'speed', 'labels', 'mute')


def parser() -> ArgumentParser:
    """Return the command line."""
    made = make_parser(__doc__)
    add_model(made)
    add = made.add_argument
    add('reference', metavar='REFERENCE', help='a video, or a file of tools/embed.py')
    what = 'videos, files of tools/embed.py, or folders of them'
    add('others', nargs='+', metavar='OTHER', help=what)
    add('--out', required=True, metavar='DIR')
    what = "'posterior' (default) keeps the order and weighs all alignments; 'dtw' "
    what += "takes the best, from first frames to last; 'nearest' takes each frame on "
    what += 'its own'
    methods = ('posterior', 'dtw', 'nearest')
    add('--method', choices=methods, default='posterior', help=what)
    what = "'open' if a video may begin, end or go on without the other, 'closed' if "
    what += "not; 'auto' (default) decides by evidence"
    add('--ends', choices=('auto', 'closed', 'open'), help=what)
    what = (
        'align every K-th frame, interpolate between (default: 1, or as memory takes)'
    )
    add('--stride', type=int, metavar='K', help=what)
    add('--rank', action='store_true', help='sort the others by how well they align')
    add('--format', choices=('csv', 'npz'), default='csv')
    add('--video', action='store_true', help='write both videos, in step')
    add('--picture', action='store_true', help='draw the similarities and the path')
    add = made.add_argument_group('with --video').add_argument
    what = "'side' by side (default), or the other as a see-through 'ghost' over the "
    add('--view', choices=('side', 'ghost'), help=what + 'reference')
    what = "height of the frames, in pixels (default: the taller video's, at least 256)"
    add('--height', type=int, metavar='PIXELS', help=what)
    what = 'crop both to the square in which they move'
    add('--crop', choices=('subject',), help=what)
    what = '0.25 is slow motion; the sound is then left out (default: 1)'
    add('--speed', type=float, help=what)
    what = 'phases to show: labels.csv, phases.csv or an annotation file'
    add('--labels', metavar='FILE', help=what)
    add_frame_count(add)
    add('--mute', action='store_true', help="leave out the reference's sound")
    return made


def check_options(args: Namespace) -> None:
    """Refuse what can be refused before videos are embedded."""
    from carl_mm.apis.cli_inputs import check_labels

    if args.stride is not None and args.stride < 1:
        raise ValueError(f'--stride must be at least 1, got {args.stride}')
    if args.stride not in (None, 1) and args.method == 'nearest':
        raise ValueError('--stride: nearest takes each frame on its own; leave it out')
    given = [name for name in VIDEO_OPTIONS if getattr(args, name)]
    if given and not args.video:
        raise ValueError(f'--{given[0]}: says how --video is written; give that, too')
    if args.speed is not None and not 0 < args.speed < float('inf'):
        raise ValueError(f'--speed must be positive, got {args.speed}')
    if args.height is not None and args.height < 2:
        raise ValueError(f'--height must be at least 2, got {args.height}')
    check_labels(args)


def draw(
    path: Path,
    found: 'Alignment',
    a: 'VideoEmbedding',
    b: 'VideoEmbedding',
    args: Namespace,
) -> list[Path]:
    """Write the video and the picture that are asked for."""
    written = []
    if args.picture:
        from carl_mm.visualization import similarity_figure

        figure = similarity_figure(a, b, found.path if len(found.path) else None)
        written.append(path.with_suffix('.png'))
        atomic_write(
            written[-1], lambda stream: figure.savefig(stream, format='png', dpi=100)
        )
    if args.video:
        from carl_mm.apis.alignment.pair_video import write_pair_video
        from carl_mm.apis.embedding.progress import progress_bar

        written.append(path.with_suffix('.mp4'))
        options = {name: getattr(args, name) for name in VIDEO_OPTIONS[:-1]}
        options = {name: value for name, value in options.items() if value is not None}
        with progress_bar(doing=f'drawing {written[-1]}') as bar:
            task = bar.add_task('', total=1)
            remarks = write_pair_video(
                written[-1],
                found,
                a,
                b,
                sound=not args.mute,
                count=frame_count(args),
                on_progress=lambda share: bar.advance(task, share),
                **options,
            )
        for remark in remarks:
            print(remark)
    return written


def align_all(args: Namespace) -> None:
    """Align and write, one video after the other."""
    from carl_mm.apis import align, rank_by_alignment
    from carl_mm.apis.alignment import tables
    from carl_mm.apis.cli_inputs import (
        check_not_overwritten,
        is_same_video,
        load_embeddings,
    )
    from carl_mm.datasets.video_io.find_videos import is_image_folder

    check_options(args)
    if Path(args.reference).is_dir() and not is_image_folder(args.reference):
        raise ValueError(f'{args.reference}: a folder; the reference is one video')
    reference, *found = load_embeddings(args, [args.reference, *args.others])
    others = [other for other in found if not is_same_video(other, reference)]
    if not others:
        raise ValueError(f'{args.others[0]}: no video other than the reference')
    paths: dict[Path, str] = {}
    for other in others:
        path = Path(args.out) / f'{Path(other.filename).stem}.{args.format}'
        if path in paths:
            raise ValueError(
                f'{paths[path]} and {other.filename} would both be written to {path}; '
                'align them in two runs'
            )
        paths[path] = other.filename
    endings = [args.format, *['mp4'] * args.video, *['png'] * args.picture]
    ranking = Path(args.out) / 'ranking.csv'
    outputs = [path.with_suffix(f'.{ending}') for path in paths for ending in endings]
    check_not_overwritten(
        [
            *(args.reference, *args.others, *filter(None, [args.labels])),
            *(video.filename for video in found),
        ],
        [*outputs, *[ranking] * args.rank],
    )
    for other, path in zip(others, paths, strict=True):
        alignment = align(reference, other, args.method, args.ends, args.stride)
        if args.stride is None and alignment.stride > 1:
            print(tables.why_strided(alignment, reference, other))
        tables.write_table(path, alignment, reference, other)
        written = [path]
        if args.video or args.picture:
            written += draw(path, alignment, reference, other, args)
        print(tables.summary(alignment) + other.filename, '->', *written)
    if args.rank:
        ranked = rank_by_alignment(reference, others, stride=args.stride)
        for line in tables.write_ranking(ranking, ranked, others):
            print(line)


def run(argv: Sequence[str] | None = None) -> int:
    """Run with these arguments, by default the command line's."""
    return main(align_all, parser(), argv)


if __name__ == '__main__':
    sys.exit(run())
