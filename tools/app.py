"""Open a page on a folder of videos: align, search, label, judge, train.

python tools/app.py my_videos
python tools/app.py my_videos --model work_dirs/carl_folder --port 8000
python tools/app.py --example

Open the printed address in a browser; Ctrl-C ends it. Nothing has to be prepared: the
videos are embedded by a model that needs no training, and the page can train one on
them. All that the page keeps is in my_videos/.carl_mm, in forms that the commands read:
models are work dirs, embeddings .npz files, labels.csv the table that label_phases.py
takes. The address ends in a token that is new at each start, and nobody enters without
it. Uploaded videos are removed when who uploaded them has left, and at the end. The
page asks nothing of the internet, and only this machine reaches it: with --host 0.0.0.0
anyone in the network who has the token can see the folder's videos and upload others.

What the page asks, anybody with the token can ask (carl_mm/app/routes/):

  curl -H "Authorization: Bearer TOKEN" http://127.0.0.1:7860/api/state
"""

import functools
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from carl_mm.apis.cli import main, make_parser

if TYPE_CHECKING:
    from carl_mm.app.access.settings import Access


def parser() -> ArgumentParser:
    """Return the command line."""
    made = make_parser(__doc__)
    add = made.add_argument
    what = 'videos, searched with its subfolders'
    add('folder', metavar='FOLDER', nargs='?', help=what)
    what = 'open the example videos instead, ten generated ones'
    add('--example', action='store_true', help=what)
    what = 'work dir or checkpoint to use first (default: one that needs no training)'
    add('--model', metavar='PATH', help=what)
    what = 'where the page keeps its state (default: FOLDER/.carl_mm)'
    add('--project', metavar='DIR', help=what)
    what = 'embeddings that tools/embed.py made by this model'
    add('--embeddings', nargs='+', default=[], metavar='DIR', help=what)
    add('--device', help='cpu or cuda (default: cuda if there is one)')
    add('--host', default='127.0.0.1', help='default: 127.0.0.1, this machine alone')
    add('--port', type=int, default=7860, help='default: 7860')
    what = 'host names besides localhost by which the page may be opened'
    add('--allow-host', nargs='+', default=[], metavar='NAME', help=what)
    what = 'videos: then the first argument is a model (the former call)'
    add('--videos', metavar='DIR', help=what)
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
    # Not above: a help text need not wait for torch and fastapi.
    from carl_mm.apis.embedding.trained_model import usable_device
    from carl_mm.app.server import open_workspace, serve

    if args.videos:
        sys.stderr.write(
            'warning: --videos will go; call app.py FOLDER --model MODEL instead\n'
        )
        args.folder, args.model = args.videos, args.folder
    if args.example == bool(args.folder):
        raise ValueError('name a FOLDER of videos, or --example, and not both')
    access = access_of(args)
    usable_device(args.device)  # raises before anything is made
    if args.model and not Path(args.model).exists():
        raise FileNotFoundError(f'{args.model}: no such work dir or checkpoint')
    for made in args.embeddings:
        if not Path(made).is_dir():
            raise FileNotFoundError(f'{made}: no such folder of embeddings')
    folder = folder_of(args)
    with tempfile.TemporaryDirectory(prefix='carl_mm_app_') as temp:
        workspace = open_workspace(
            folder,
            Path(temp),
            Path(args.project) if args.project else None,
            model=Path(args.model) if args.model else None,
            embeddings_dirs=tuple(map(Path, args.embeddings)),
            device=args.device,
        )
        # Its uploads are below those of the folder, and count as these do.
        in_example = functools.partial(
            open_workspace, temp=workspace.library.uploads_dir, device=args.device
        )
        serve(
            workspace,
            Path(temp),
            access,
            functools.partial(announce, folder),
            None if args.example else in_example,
        )


def folder_of(args: Namespace) -> Path:
    """Return the folder of videos; the example's are made if they are not there."""
    if not args.example:
        return Path(args.folder)
    from carl_mm.app.example_videos import ExampleVideos, example_folder

    videos = ExampleVideos(example_folder())
    print(f'{videos.videos_dir}: the example videos', file=sys.stderr, flush=True)
    return videos.make()


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
