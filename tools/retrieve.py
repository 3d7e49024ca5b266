r"""Find the moments most similar to a frame or a segment in the videos of a folder.

python tools/retrieve.py work_dirs/carl_folder swing.mp4 --time 1.5 \
    --videos my_videos --out found
python tools/retrieve.py epoch_50.pth swing.mp4 --time 1.5 --until 2.5 \
    --videos my_videos --index my_videos.npz --out found

Prints the hits and writes hits.csv and hits.png to DIR. With --index the embeddings
are kept in that file and read from it the next time, without looking for new videos. A
segment is compared frame by frame at the same pace.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from carl_mm.apis.cli import add_model, main, make_parser
from carl_mm.files import atomic_write

# Heavy imports stand in the functions: a help text need not wait for them.
if TYPE_CHECKING:
    import numpy as np

    from carl_mm.apis import FrameIndex, Hit, VideoEmbedding

MAX_PICTURES = 10


def parser() -> ArgumentParser:
    """Return the command line."""
    made = make_parser(__doc__)
    add_model(made)
    add = made.add_argument
    add('query', metavar='QUERY', help='a video, or a file of tools/embed.py')
    add('--time', type=float, required=True, metavar='S', help='time in seconds')
    add('--until', type=float, metavar='S', help='end of a segment, in seconds')
    add('--videos', metavar='DIR', help='videos to search, or their embeddings')
    add('--index', metavar='FILE.npz', help='file to keep the embeddings in')
    add('-k', type=int, default=10, help='number of hits (default: 10)')
    what = 'least seconds between hits in a video (default: 0.5, or the segment)'
    add('--gap', type=float, metavar='S', help=what)
    add('--own-video', action='store_true', help="search the query's own video too")
    add(
        '--approximate',
        action='store_true',
        help='search by faiss; says what it misses',
    )
    add('--out', required=True, metavar='DIR')
    return made


def read_index(
    args: Namespace, left_out: list[str]
) -> 'tuple[FrameIndex, VideoEmbedding]':
    """Load or build the index; embed the query unless the index holds it.

    Args:
        args: Arguments of the command line.
        left_out: List that takes the reasons why videos cannot be decoded.

    Raises:
        ValueError: There is neither an index nor videos to make it from, or the index
            is another model's.
    """
    from carl_mm.apis import FrameIndex
    from carl_mm.apis.cli_inputs import check_given_model, load_embeddings

    if args.index and Path(args.index).exists():
        index = FrameIndex.load(args.index)
        check_given_model(args, index.frames.provenance)
        print(f'{len(index.filenames)} videos read from {args.index}')
    elif args.videos is None:
        raise ValueError('give --videos, a folder to search in')
    else:
        index = make_index(args, left_out)
    names = {Path(name).resolve(): name for name in index.filenames}
    name = names.get(Path(args.query).resolve())
    if name is not None:
        return index, index.frames.video(name)
    (query,) = load_embeddings(args, [args.query])
    return index, query


def make_index(args: Namespace, left_out: list[str]) -> 'FrameIndex':
    """Make an index of the videos, and save it where it is to be kept."""
    from carl_mm.apis import FrameIndex
    from carl_mm.apis.cli_inputs import load_embeddings
    from carl_mm.locking import lock_beside

    if not args.index:
        return FrameIndex(load_embeddings(args, [args.videos], left_out))
    with lock_beside(Path(args.index), 'wait until it has ended, then search in it'):
        index = FrameIndex(load_embeddings(args, [args.videos], left_out))
        index.save(args.index)
    return index


def search(
    args: Namespace, index: 'FrameIndex', query: 'VideoEmbedding'
) -> 'list[Hit]':
    """Find the hits, and say what approximate search misses."""
    from carl_mm.apis.search.frame_hits import find_frame

    if args.until is None:
        gap = 0.5 if args.gap is None else args.gap
        hits = index.query(
            query,
            time_s=args.time,
            k=args.k,
            gap_s=gap,
            own_video=args.own_video,
            approximate=args.approximate,
        )
        if args.approximate and len(index.filenames) > 1:
            recall = index.approximate_recall(args.k)
            print(f'approximate: {recall:.3f} of the {args.k} nearest are found')
        return hits
    if args.approximate:
        raise ValueError('--approximate finds frames; leave it out with --until')
    first, last = (find_frame(query, time_s=time) for time in (args.time, args.until))
    return index.query_segment(
        query, first, last, args.k, gap_s=args.gap, own_video=args.own_video
    )


def picture(filename: str, frame: int) -> 'np.ndarray':
    """Decode one frame, ``(H, W, 3)`` uint8."""
    import numpy as np

    from carl_mm.datasets.video_io.open_video import open_video

    return np.asarray(next(iter(open_video(filename).read([frame]))))


def when(start_s: float, end_s: float | None) -> str:
    """Return the time of a frame, or of a segment's first and last frame."""
    return f'{start_s:.2f} s' if end_s is None else f'{start_s:.2f} to {end_s:.2f} s'


def draw(
    path: Path, query: 'VideoEmbedding', args: Namespace, hits: 'Sequence[Hit]'
) -> None:
    """Write the retrieval sheet of the first hits; segments by their first frames."""
    from carl_mm.apis.search.frame_hits import find_frame
    from carl_mm.visualization import retrieval_figure  # matplotlib is optional

    shown = hits[:MAX_PICTURES]
    frame = find_frame(query, time_s=args.time)
    end = None
    if args.until is not None:
        end = float(query.timestamps[find_frame(query, time_s=args.until)])
    figure = retrieval_figure(
        picture(query.filename, frame),
        [picture(hit.filename, hit.frame) for hit in shown],
        f'{Path(query.filename).name}\n{when(query.timestamps[frame], end)}',
        [
            f'{Path(h.filename).name}\n{when(h.timestamp, h.last_timestamp)}\n'
            f'similarity {h.similarity:.3f}'
            for h in shown
        ],
    )
    atomic_write(path, lambda stream: figure.savefig(stream, format='png', dpi=100))


def retrieve(args: Namespace) -> int:
    """Search, print and write; the exit status is 1 if a video was left out."""
    from carl_mm.apis.search.frame_hits import write_hits_csv
    from carl_mm.datasets.video_io.find_videos import is_image_folder

    if Path(args.query).is_dir() and not is_image_folder(args.query):
        raise ValueError(f'{args.query}: a folder; QUERY is one video')
    if args.until is not None and args.until < args.time:
        raise ValueError(f'--until {args.until} is before --time {args.time}')
    if args.index and Path(args.index).is_dir():
        raise ValueError(f'{args.index}: a folder; --index is a file')
    left_out: list[str] = []
    index, query = read_index(args, left_out)
    hits = search(args, index, query)
    for number, hit in enumerate(hits, 1):
        end = '' if hit.last_timestamp is None else f' to {hit.last_timestamp:8.3f}'
        print(
            f'{number:3}  {hit.similarity:6.3f}  {hit.timestamp:8.3f}{end} s  '
            f'frame {hit.frame:6}  {hit.filename}'
        )
    if not hits:
        print('nothing found: there is no other video, or none that is long enough')
    out = Path(args.out)
    write_hits_csv(out / 'hits.csv', hits)
    print(f'written {out / "hits.csv"}')
    if hits:
        draw(out / 'hits.png', query, args, hits)
        print(f'written {out / "hits.png"}')
    return 1 if left_out else 0


if __name__ == '__main__':
    sys.exit(main(retrieve, parser()))
