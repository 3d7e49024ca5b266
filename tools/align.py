"""Align videos with a reference: which frames show the same moment.

python tools/align.py work_dirs/carl_folder reference.mp4 others --out aligned
python tools/align.py epoch_50.pth a.mp4 b.mp4 --out aligned --video --picture

Writes to DIR, for each other video, NAME.csv with a row for each frame of the
reference: its number and its time in seconds, and the number and time of the matching
frame of the other video; with --format npz, NAME.npz with the arrays path,
frame_inds_b, frame_inds_a, warped_timestamps, cost and score (the reference is a). With
--video also NAME.mp4, both side by side in step; with --picture also NAME.png, the
similarities of all frames and the path. For thousands of
videos, make embeddings with tools/embed.py first, which can be interrupted and resumed,
and give those.
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
    import numpy as np

    from carl_mm.apis import Alignment, VideoEmbedding

HEIGHT = 256  # of each picture of --video, in pixels
CHUNK = 64  # frames decoded at once
ARRAYS = ('path', 'frame_inds_b', 'frame_inds_a', 'warped_timestamps', 'cost', 'score')


def parser() -> ArgumentParser:
    """Return the command line."""
    made = make_parser(__doc__)
    add_model(made)
    add = made.add_argument
    add('reference', metavar='REFERENCE', help='a video, or a file of tools/embed.py')
    what = 'videos, files of tools/embed.py, or folders of them'
    add('others', nargs='+', metavar='OTHER', help=what)
    add('--out', required=True, metavar='DIR')
    what = "'dtw' (default) keeps the order, from first frames to last; 'posterior' "
    what += "keeps it, with open ends; 'nearest' takes each frame on its own"
    methods = ('dtw', 'posterior', 'nearest')
    add('--method', choices=methods, default='dtw', help=what)
    add('--format', choices=('csv', 'npz'), default='csv')
    add('--video', action='store_true', help='write both videos side by side')
    add('--picture', action='store_true', help='draw the similarities and the path')
    return made


def write_table(
    path: Path, found: 'Alignment', a: 'VideoEmbedding', b: 'VideoEmbedding'
) -> None:
    """Write an alignment as .csv or .npz, by the path's ending."""
    if path.suffix == '.npz':
        import numpy as np

        arrays = {name: getattr(found, name) for name in ARRAYS}
        names = {'reference': a.filename, 'other': b.filename}
        atomic_write(path, lambda stream: np.savez(stream, **arrays, **names))
        return
    rows = [
        (index, f'{a.timestamps[index]:.6f}', frame, f'{b.timestamps[frame]:.6f}')
        for index, frame in enumerate(found.frame_inds_b.tolist())
    ]
    header = ('reference_frame', 'reference_time_s', 'frame', 'time_s')
    atomic_write_csv(path, header, rows)


def small_frames(filename: str, num_frames: int) -> 'np.ndarray':
    """Decode a video to frames no higher than `HEIGHT`, ``(T, H, W, 3)`` uint8."""
    import numpy as np

    from carl_mm.datasets.video_io.open_video import open_video
    from carl_mm.datasets.video_io.shrinking import shrink

    reader = open_video(filename)
    small = []
    for start in range(0, num_frames, CHUNK):
        for frame in reader.read(range(start, min(start + CHUNK, num_frames))):
            small.append(shrink(frame, HEIGHT))
    return np.stack(small)


def draw(
    path: Path,
    found: 'Alignment',
    a: 'VideoEmbedding',
    b: 'VideoEmbedding',
    args: Namespace,
) -> list[Path]:
    """Write the video and the picture that are asked for."""
    from carl_mm.visualization import similarity_figure, write_aligned_video

    written = []
    if args.picture:
        figure = similarity_figure(a, b, found.path)
        written.append(path.with_suffix('.png'))
        atomic_write(
            written[-1], lambda stream: figure.savefig(stream, format='png', dpi=100)
        )
    if args.video:
        frames = (small_frames(v.filename, len(v)) for v in (a, b))
        written.append(path.with_suffix('.mp4'))
        write_aligned_video(
            written[-1],
            *frames,
            found.path,
            a.fps,
            names=(Path(a.filename).name, Path(b.filename).name),
            timestamps_a=a.timestamps,
            timestamps_b=b.timestamps,
        )
    return written


def align_all(args: Namespace) -> None:
    """Align and write, one video after the other."""
    from carl_mm.apis import align
    from carl_mm.apis.cli_inputs import (
        check_not_overwritten,
        is_same_video,
        load_embeddings,
    )
    from carl_mm.datasets.video_io.find_videos import is_image_folder

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
    check_not_overwritten(
        [args.reference, *args.others, *(video.filename for video in found)],
        [path.with_suffix(f'.{ending}') for path in paths for ending in endings],
    )
    for other, path in zip(others, paths, strict=True):
        alignment = align(reference, other, args.method)
        write_table(path, alignment, reference, other)
        written = [path]
        if args.video or args.picture:
            written += draw(path, alignment, reference, other, args)
        print(f'score {alignment.score:.3f}  cost {alignment.cost:.3f}  ', end='')
        print(other.filename, '->', *written)


def run(argv: Sequence[str] | None = None) -> int:
    """Run with these arguments, by default the command line's."""
    return main(align_all, parser(), argv)


if __name__ == '__main__':
    sys.exit(run())
