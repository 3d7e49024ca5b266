"""Find where a video strays from good ones of the same process.

python tools/deviations.py work_dirs/carl_folder new.mp4 --references good_videos
python tools/deviations.py epoch_50.pth new.npz --references good/*.npz --out report

Writes to DIR NAME.csv (frame, time in seconds, score, whether the frame stands out),
NAME.segments.csv (first and last frame, start and end in seconds, highest score) and
NAME.png. A segment ends when the frame after its last one appears. A score is the log
odds that the frame lies in a strange segment; the threshold is what nine tenths of the
references stay below when each is judged by the others (--quantile). Give ten
references or more, preferably ones that the encoder was not trained on.
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
    add('--out', default='.', metavar='DIR', help='default: the current folder')
    return made


def write(found: 'Deviations', video: 'VideoEmbedding', out: Path) -> list[Path]:
    """Write both tables and the picture."""
    from carl_mm.visualization.figures.deviation import deviation_figure

    name = Path(video.filename).stem
    files = [out / f'{name}{ending}' for ending in ('.csv', '.segments.csv', '.png')]
    frames = zip(video.timestamps, found.scores, strict=True)
    rows = [
        (index, f'{time:.6f}', f'{score:.4f}', int(score > found.threshold))
        for index, (time, score) in enumerate(frames)
    ]
    atomic_write_csv(files[0], ('frame', 'time_s', 'score', 'stands_out'), rows)
    header = ('first_frame', 'last_frame', 'start_s', 'end_s', 'peak')
    rows = []
    for s in found.segments:
        times = f'{s.start_s:.6f}', f'{s.end_s:.6f}'
        rows.append((s.first_frame, s.last_frame, *times, f'{s.peak:.4f}'))
    atomic_write_csv(files[1], header, rows)
    figure = deviation_figure(
        found.scores,
        found.threshold,
        [(s.first_frame, s.last_frame) for s in found.segments],
        timestamps=video.timestamps,
        title=Path(video.filename).name,
    )
    atomic_write(files[2], lambda stream: figure.savefig(stream, format='png', dpi=100))
    return files


def judge(args: Namespace) -> None:
    """Judge the video, write and print what was found."""
    from carl_mm.apis import deviations
    from carl_mm.apis.cli_inputs import is_same_video, load_embeddings
    from carl_mm.datasets.video_io.find_videos import is_image_folder

    if not 0 <= args.quantile <= 1:
        raise ValueError(f'--quantile must be in [0, 1], got {args.quantile}')
    if Path(args.video).is_dir() and not is_image_folder(args.video):
        raise ValueError(f'{args.video}: a folder; only one video can be judged')
    video, *references = load_embeddings(args, [args.video, *args.references])
    others = [other for other in references if not is_same_video(other, video)]
    if len(others) < 2:
        raise ValueError(
            f'--references: {len(others)} videos other than {video.filename}; at least '
            'two are needed, better ten'
        )
    found = deviations(others, video, args.quantile)
    files = write(found, video, Path(args.out))
    for segment in found.segments:
        span = f'{segment.start_s:.2f} s to {segment.end_s:.2f} s'
        print(f'{span}  peak {segment.peak:.1f}')
    count = len(found.segments)
    print(f'{count} segments above {found.threshold:.1f}, {len(others)} references')
    print(*(f'written   {file}' for file in files), sep='\n')


def run(argv: Sequence[str] | None = None) -> int:
    """Run with these arguments, by default the command line's."""
    return main(judge, parser(), argv)


if __name__ == '__main__':
    sys.exit(run())
