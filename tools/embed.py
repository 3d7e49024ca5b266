"""Embed videos, one file each with time stamps, by a trained model.

python tools/embed.py work_dirs/carl_folder my_videos --out embeddings
python tools/embed.py epoch_50.pth a.mp4 b.mp4 --out embeddings --format parquet

sub/a.mp4 of a folder becomes sub/a.npz, with the arrays embeddings (T, D), timestamps
(T,) in seconds, frame_features (T, F), what each frame shows by itself, fps, filename
and provenance; a .parquet file has a row for each frame, and the rest in its schema's
metadata. It can be interrupted and resumed: what the same model made of the same video
is kept. Files of another model are an error; --overwrite replaces them. Videos that
cannot be embedded are listed at the end, and the exit status is then 1.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from carl_mm.apis.cli import add_model, main, make_parser

# Heavy imports stand in the functions: a help text need not wait for them.
if TYPE_CHECKING:
    from carl_mm.apis.embedding.folder_embedding import FolderSummary


def parser() -> ArgumentParser:
    """Return the command line."""
    made = make_parser(__doc__)
    add_model(made)
    made.add_argument(
        'videos',
        metavar='VIDEO',
        nargs='+',
        help='a file, or a folder with its subfolders',
    )
    made.add_argument('--out', required=True, metavar='DIR')
    made.add_argument('--format', choices=('npz', 'parquet'), default='npz')
    made.add_argument(
        '--overwrite', action='store_true', help='replace files of other models'
    )
    return made


def describe(summary: 'FolderSummary', out: str) -> str:
    """Say in words what was written and what was not."""
    written = f'{summary.num_written} written, {summary.num_kept} kept, in {out}'
    lines = [f'embeddings  {written}']
    if summary.num_ignored:
        lines.append(f'ignored     files that are not videos: {summary.num_ignored}')
    if summary.failed:
        lines.append(f'failed      {len(summary.failed)}')
        lines += [f'  {reason}' for _, reason in sorted(summary.failed.items())]
    return '\n'.join(lines)


def embed(args: Namespace) -> int:
    """Embed; the exit status is 1 if a video could not be."""
    from carl_mm.apis.cli_inputs import load_inferencer
    from carl_mm.apis.embedding.folder_embedding import embed_folder
    from carl_mm.datasets.video_io.find_videos import find_videos

    find_videos(args.videos)  # a wrong path shows before the model is loaded
    summary = embed_folder(
        load_inferencer(args), args.videos, args.out, args.format, args.overwrite
    )
    print(describe(summary, args.out))
    return 1 if summary.failed else 0


def run(argv: Sequence[str] | None = None) -> int:
    """Run with these arguments, by default the command line's."""
    return main(embed, parser(), argv)


if __name__ == '__main__':
    sys.exit(run())
