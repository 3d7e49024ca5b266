"""Serve a page to align, search, label and judge the videos of a folder.

python tools/app.py work_dirs/carl_folder --videos my_videos
python tools/app.py epoch_50.pth --videos my_videos --port 8000

Open the printed address in a browser; Ctrl-C ends it. The videos are embedded once,
while the page shows how far it is, and kept in --embeddings, by default below
work_dirs/embeddings; it can be stopped and started again. The address ends in a token
that is new at each start, and nobody enters without it. Uploaded videos are removed
when who uploaded them has left, and at the end. The page asks nothing of the internet,
and only this machine reaches it: with --host 0.0.0.0 anyone in the network who has the
token can see the folder's videos and upload others.

The same actions are endpoints of Gradio's API (the link at the foot of the page; see
carl_mm/app/tabs/):

  from gradio_client import Client
  client = Client('http://127.0.0.1:7860', headers={'Authorization': 'Bearer TOKEN'})
  client.predict('a.mp4', 'b.mp4', api_name='/align')['warped_timestamps']
"""

import functools
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from carl_mm.apis.cli import add_model, main, make_parser

if TYPE_CHECKING:
    from carl_mm.app.access.settings import Access


def parser() -> ArgumentParser:
    """Return the command line."""
    made = make_parser(__doc__)
    add_model(made)
    add = made.add_argument
    add('--videos', required=True, metavar='DIR', help='searched with its subfolders')
    add('--host', default='127.0.0.1', help='default: 127.0.0.1, this machine alone')
    add('--port', type=int, default=7860, help='default: 7860')
    add('--embeddings', metavar='DIR', help='where the embeddings are kept')
    what = 'host names besides localhost by which the page may be opened'
    add('--allow-host', nargs='+', default=[], metavar='NAME', help=what)
    add_limits(made)
    return made


def add_limits(made: ArgumentParser) -> None:
    """Add what limits uploads."""
    add = made.add_argument_group('uploads').add_argument
    what = 'largest upload, default: 500'
    add('--max-upload', type=int, default=500, metavar='MB', help=what)
    for name, files, size, who in (
        ('--visitor-quota', 20, 2000, 'of one visitor'),
        ('--total-quota', 100, 10_000, 'of all visitors'),
    ):
        add(
            name,
            nargs=2,
            type=int,
            default=[files, size],
            metavar=('FILES', 'MB'),
            help=f'most uploads {who}, default: {files} {size}',
        )
    what = 'how long the uploads of a visitor who has left are kept, default: 10'
    add('--forget-after', type=float, default=10, metavar='MINUTES', help=what)


def access_of(args: Namespace) -> 'Access':
    """Return where the page is served and who may enter."""
    from carl_mm.app.access.settings import Access, UploadLimits

    return Access(
        args.host,
        args.port,
        tuple(args.allow_host),
        UploadLimits(args.max_upload, *args.visitor_quota, *args.total_quota),
        60 * args.forget_after,
    )


def app(args: Namespace) -> None:
    """Serve until Ctrl-C."""
    # Not above: a help text need not wait for torch and gradio.
    from carl_mm.apis.cli_inputs import load_inferencer
    from carl_mm.app.server import check_folder, serve

    access = access_of(args)
    check_folder(Path(args.videos))
    inferencer = load_inferencer(args)
    serve(
        inferencer,
        Path(args.videos),
        access,
        embeddings_dir=Path(args.embeddings) if args.embeddings else None,
        announce=functools.partial(announce, Path(args.videos)),
    )


def announce(folder: Path, access: 'Access') -> None:
    """Print the page's address, and what others reach."""
    if notice := access.notice(folder):
        print(notice, file=sys.stderr, flush=True)
    print(access.url, flush=True)


def run(argv: Sequence[str] | None = None) -> int:
    """Run with these arguments, by default the command line's."""
    return main(app, parser(), argv)


if __name__ == '__main__':
    sys.exit(run())
