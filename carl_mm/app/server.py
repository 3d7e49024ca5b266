"""The server of the page."""

import dataclasses
import os
import signal
import socket
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from carl_mm.apis import FramewiseInferencer
from carl_mm.app.access.ledger import Ledger
from carl_mm.app.access.settings import Access
from carl_mm.app.folder import default_embeddings_dir, scan
from carl_mm.app.library import VideoLibrary
from carl_mm.app.playable import copy_path

if TYPE_CHECKING:
    import gradio as gr
    import uvicorn
    from fastapi import FastAPI


def serve(
    inferencer: FramewiseInferencer,
    folder: Path,
    access: Access | None = None,
    embeddings_dir: Path | None = None,
    announce: Callable[[Access], Any] = lambda access: None,
) -> None:
    """Serve the page until interrupted; then remove uploads and copies.

    Args:
        inferencer: Embeds the videos.
        folder: Folder of videos.
        access: Where the page is served, and who may enter; by default this machine
            alone.
        embeddings_dir: Folder in which the embeddings are kept; by default one below
            ``work_dirs``.
        announce: Called with where the page is, once it can be opened.

    Raises:
        FileNotFoundError: There is no such folder, or no video in it.
        ImportError: Gradio is not installed.
        OSError: The port is taken, or the address is not this machine's.
        ValueError: The port is out of range.
    """
    access = access or Access()
    embeddings_dir = embeddings_dir or default_embeddings_dir(
        folder, inferencer.provenance
    )
    signal.signal(signal.SIGTERM, _leave)  # so that temporary files are removed
    with (
        tempfile.TemporaryDirectory(prefix='carl_mm_app_') as temp,
        listen(access.host, access.port) as listening,
    ):
        access = dataclasses.replace(access, port=listening.getsockname()[1])
        library = VideoLibrary(
            folder, inferencer, embeddings_dir, Path(temp, 'uploads')
        )
        server = make_server(library, Path(temp), access)
        threading.Thread(target=library.prepare, daemon=True).start()
        announce(access)
        server.run(sockets=[listening])


def make_server(library: VideoLibrary, temp: Path, access: Access) -> 'uvicorn.Server':
    """Return a server of the page that is not started yet.

    Args:
        library: Videos that the page shows.
        temp: Folder for temporary files.
        access: Where the page will be served, and who may enter.

    Raises:
        ImportError: Gradio is not installed.
    """
    # Gradio reads these when it is imported.
    os.environ['GRADIO_TEMP_DIR'] = str(temp / 'gradio')
    os.environ['GRADIO_ANALYTICS_ENABLED'] = 'False'
    try:
        import uvicorn
        from fastapi import FastAPI
        from gradio.utils import get_upload_folder
    except ImportError as error:
        raise ImportError('the page needs gradio: pip install gradio') from error
    from carl_mm.app.access.gate import Gate
    from carl_mm.app.access.upload_guard import UploadGuard
    from carl_mm.app.access.visitors import Visitors
    from carl_mm.app.guard import Guard
    from carl_mm.app.page import build_page
    from carl_mm.app.routes.videos import add_routes

    ledger = Ledger(Path(get_upload_folder()), library.uploads_dir, access.limits)
    copies_dir = temp / 'copies'
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    add_routes(app, library, copies_dir)
    _mount(app, build_page(library, ledger), access)

    def forget(visitor: str) -> None:
        for path in ledger.leave(visitor):
            if path.exists():
                copy_path(path, copies_dir).unlink(missing_ok=True)
            library.remove_upload(path)

    # A form is a little longer than its file.
    max_bytes = (access.limits.file_mb + 1) * 2**20
    guarded = Guard(UploadGuard(app, ledger), max_bytes, ledger.owns)
    config = uvicorn.Config(
        Gate(guarded, access, Visitors(forget, access.forget_after_s)),
        access.host,
        access.port,
        log_level='warning',
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)


def _mount(app: 'FastAPI', page: 'gr.Blocks', access: Access) -> None:
    import gradio as gr

    from carl_mm.app.assets import css, head

    gr.mount_gradio_app(
        app,
        page,
        path='/',
        server_name=access.host,
        server_port=access.port,
        footer_links=['api'],
        run_history=False,
        max_file_size=access.limits.file_mb * 2**20,
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        theme=gr.themes.Default(
            font=['system-ui', 'sans-serif'], font_mono=['monospace']
        ),
        css=css(),
        head=head(),
    )


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Args:
        host: Address of this machine.
        port: Port to listen on; 0 takes a free one.

    Raises:
        OSError: The port is taken, or the address is not this machine's.
        ValueError: The port is out of range.
    """
    if not 0 <= port <= 65535:
        raise ValueError(f'port must be in 0 to 65535, got {port}')
    family = socket.AF_INET6 if ':' in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise OSError(
            f'cannot listen on {host}:{port} ({error.strerror or error}); choose '
            'another --port or --host'
        ) from error


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def check_folder(folder: Path) -> None:
    """Check a folder as `scan` does, before a model takes seconds to load."""
    scan(folder)
