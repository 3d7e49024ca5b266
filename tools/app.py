"""Serve a page to align, search, label and judge the videos of a folder.

python tools/app.py work_dirs/carl_folder --videos my_videos
python tools/app.py epoch_50.pth --videos my_videos --port 8000

Open the printed address in a browser; Ctrl-C ends it. The videos are embedded once,
while the page shows how far it is, and kept in --embeddings, by default below
work_dirs/embeddings; it can be stopped and started again. Uploaded videos are
removed at the end. The page asks nothing of the internet, and only this machine
reaches it: with --host 0.0.0.0 anyone in the network can see the folder's videos and
upload others.

The same actions are endpoints of Gradio's API (the link at the foot of the page; see
carl_mm/app/tabs/):

  from gradio_client import Client
  client = Client('http://127.0.0.1:7860')
  client.predict('a.mp4', 'b.mp4', api_name='/align')['warped_timestamps']
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from carl_mm.apis.cli import add_model, main, make_parser


def parser() -> ArgumentParser:
    """Return the command line."""
    made = make_parser(__doc__)
    add_model(made)
    add = made.add_argument
    add('--videos', required=True, metavar='DIR', help='searched with its subfolders')
    add('--host', default='127.0.0.1', help='default: 127.0.0.1, this machine alone')
    add('--port', type=int, default=7860, help='default: 7860')
    add('--embeddings', metavar='DIR', help='where the embeddings are kept')
    what = 'largest upload, default: 500'
    add('--max-upload', type=int, default=500, metavar='MB', help=what)
    return made


def app(args: Namespace) -> None:
    """Serve until Ctrl-C."""
    # Not above: a help text need not wait for torch and gradio.
    from carl_mm.apis.cli_inputs import load_inferencer
    from carl_mm.app.server import check_folder, serve

    check_folder(Path(args.videos))
    inferencer = load_inferencer(args)
    serve(
        inferencer,
        Path(args.videos),
        host=args.host,
        port=args.port,
        embeddings_dir=Path(args.embeddings) if args.embeddings else None,
        max_upload_mb=args.max_upload,
        announce=lambda address: print(address, flush=True),
    )


def run(argv: Sequence[str] | None = None) -> int:
    """Run with these arguments, by default the command line's."""
    return main(app, parser(), argv)


if __name__ == '__main__':
    sys.exit(run())
