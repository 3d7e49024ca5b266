"""Find where a video strays from good ones of the same process.

python tools/deviations.py work_dirs/carl_folder new.mp4 --references good_videos
python tools/deviations.py epoch_50.pth new.npz --references good/*.npz --out report

Writes to DIR NAME.csv (frame, time in seconds, score, whether the frame stands out,
whether it shows another scene), NAME.segments.csv (first and last frame, start and end
in seconds, highest score, whether it is a cut to another scene), NAME.references.csv
(the references that were used) and NAME.png. A segment ends when the frame after its
last one appears. Scores and the threshold are log odds that the frame lies in a strange
segment; the threshold is what nine tenths of the references stay below when each is
judged by the others (--quantile). Give ten references or more, preferably ones that the
encoder was not trained on. Files that are named are used; of the videos in folders
those most like the video in setting, until there are 20 references
(--num-references). A warning is printed when none is like the video.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from carl_mm.apis.cli import add_model, main, make_parser
from carl_mm.files import atomic_write, atomic_write_csv

# Heavy imports stand in the functions: a help text need not wait for them.
if TYPE_CHECKING:
    from carl_mm.apis import Deviations, VideoEmbedding


def parser() -> ArgumentParser:
    """Return the command line."""
    made = make_parser(__doc__)
    add_model(made)
    add = made.add_argument
    add('video', metavar='VIDEO', help='a video, or a file of tools/embed.py')
    what = 'good videos, files of tools/embed.py, or folders of them'
    add('--references', nargs='+', required=True, metavar='VIDEO', help=what)
    what = 'share of the references in which no frame stands out (default: 0.9)'
    add('--quantile', type=float, default=0.9, help=what)
    what = (
        'number of references up to which videos are taken from the folders '
        '(default: 20)'
    )
    add('--num-references', type=int, metavar='N', default=20, help=what)
    add('--out', default='.', metavar='DIR', help='default: the current folder')
    return made


def write(found: 'Deviations', video: 'VideoEmbedding', out: Path) -> list[Path]:
    """Write the tables and the picture."""
    from carl_mm.visualization.figures.deviation import deviation_figure

    name = Path(video.filename).stem
    endings = ('.csv', '.segments.csv', '.references.csv', '.png')
    files = [out / f'{name}{ending}' for ending in endings]
    spans = [(s.first_frame, s.last_frame) for s in found.segments if not s.is_cut]
    cuts = [(s.first_frame, s.last_frame) for s in found.segments if s.is_cut]
    foreign = {frame for first, last in cuts for frame in range(first, last + 1)}
    frames = zip(video.timestamps, found.scores, strict=True)
    rows = [
        (
            i,
            f'{time:.6f}',
            f'{score:.4f}',
            int(score > found.threshold),
            int(i in foreign),
        )
        for i, (time, score) in enumerate(frames)
    ]
    header = ('frame', 'time_s', 'score', 'stands_out', 'is_cut')
    atomic_write_csv(files[0], header, rows)
    segment_rows = []
    for s in found.segments:
        times = f'{s.start_s:.6f}', f'{s.end_s:.6f}'
        ends = s.first_frame, s.last_frame
        segment_rows.append((*ends, *times, f'{s.peak:.4f}', int(s.is_cut)))
    header = ('first_frame', 'last_frame', 'start_s', 'end_s', 'peak', 'is_cut')
    atomic_write_csv(files[1], header, segment_rows)
    atomic_write_csv(files[2], ('filename',), [(name,) for name in found.references])
    figure = deviation_figure(
        found.scores,
        found.threshold,
        spans,
        timestamps=video.timestamps,
        title=Path(video.filename).name,
        cuts=cuts,
    )
    atomic_write(files[3], lambda stream: figure.savefig(stream, format='png', dpi=100))
    return files


def _is_folder(path: str) -> bool:
    """Whether a path is a folder of videos, not one of images."""
    from carl_mm.datasets.video_io.find_videos import is_image_folder

    return Path(path).is_dir() and not is_image_folder(path)


def judge(args: Namespace) -> None:
    """Judge the video, write and print what was found."""
    from carl_mm.apis import choose_references, deviations
    from carl_mm.apis.cli_inputs import is_same_video, load_embeddings

    if not 0 <= args.quantile <= 1:
        raise ValueError(f'--quantile must be in [0, 1], got {args.quantile}')
    if _is_folder(args.video):
        raise ValueError(f'{args.video}: a folder; only one video can be judged')
    if args.num_references < 2:
        raise ValueError(
            f'--num-references must be at least 2, got {args.num_references}'
        )
    named = [path for path in args.references if not _is_folder(path)]
    folders = [path for path in args.references if _is_folder(path)]
    video, *references = load_embeddings(args, [args.video, *named, *folders])
    given, pool = references[: len(named)], references[len(named) :]
    others = [other for other in given if not is_same_video(other, video)]
    taken = [video, *others]
    pool = [o for o in pool if not any(is_same_video(o, other) for other in taken)]
    room = args.num_references - len(others)
    if room > 0:
        others += [pool[i] for i in choose_references(pool, video, max(2, room))]
    if len(others) < 2:
        raise ValueError(
            f'--references: {len(others)} videos other than {video.filename}; at least '
            'two are needed, better ten'
        )
    found = deviations(others, video, args.quantile)
    if found.warning:
        sys.stderr.write(f'warning: {found.warning}\n')
    files = write(found, video, Path(args.out))
    for segment in found.segments:
        span = f'{segment.start_s:.2f} s to {segment.end_s:.2f} s'
        kind = '  another scene' if segment.is_cut else ''
        print(f'{span}  peak {segment.peak:.1f} log odds{kind}')
    above = f'segments above {found.threshold:.1f} log odds: {len(found.segments)}'
    print(f'{above}, judged by {len(others)} references:')
    print(*(f'  {name}' for name in found.references), sep='\n')
    print(*(f'written   {file}' for file in files), sep='\n')


def run(argv: Sequence[str] | None = None) -> int:
    """Run with these arguments, by default the command line's."""
    return main(judge, parser(), argv)


if __name__ == '__main__':
    sys.exit(run())
