"""The server of the page."""

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
from carl_mm.app.folder import default_embeddings_dir, scan
from carl_mm.app.library import VideoLibrary

if TYPE_CHECKING:
    import uvicorn

LOOPBACK = ('127.0.0.1', 'localhost', '::1')


def serve(
    inferencer: FramewiseInferencer,
    folder: Path,
    host: str = '127.0.0.1',
    port: int = 7860,
    embeddings_dir: Path | None = None,
    max_upload_mb: int = 500,
    announce: Callable[[str], Any] = lambda address: None,
) -> None:
    """Serve the page until interrupted; then remove uploads and copies.

    Args:
        inferencer: Embeds the videos.
        folder: Folder of videos.
        host: Address to listen on; anyone who reaches it sees the videos.
        port: Port to listen on.
        embeddings_dir: Folder in which the embeddings are kept; by default one below
            ``work_dirs``.
        max_upload_mb: Largest size of an upload, in MB.
        announce: Called with the page's address once it can be opened.

    Raises:
        FileNotFoundError: There is no such folder, or no video in it.
        ImportError: Gradio is not installed.
        OSError: The port is taken, or the address is not this machine's.
        ValueError: The port or the size is out of range.
    """
    embeddings_dir = embeddings_dir or default_embeddings_dir(
        folder, inferencer.provenance
    )
    signal.signal(signal.SIGTERM, _leave)  # so that temporary files are removed
    with (
        tempfile.TemporaryDirectory(prefix='carl_mm_app_') as temp,
        listen(host, port) as listening,
    ):
        port = listening.getsockname()[1]
        library = VideoLibrary(
            folder, inferencer, embeddings_dir, Path(temp, 'uploads')
        )
        server = make_server(library, Path(temp), host, port, max_upload_mb)
        threading.Thread(target=library.prepare, daemon=True).start()
        announce(f'http://[{host}]:{port}' if ':' in host else f'http://{host}:{port}')
        server.run(sockets=[listening])


def make_server(
    library: VideoLibrary, temp: Path, host: str, port: int, max_upload_mb: int
) -> 'uvicorn.Server':
    """Return a server of the page that is not started yet.

    Args:
        library: Videos that the page shows.
        temp: Folder for temporary files.
        host: Address that it will listen on.
        port: Port that it will listen on.
        max_upload_mb: Largest size of an upload, in MB.

    Raises:
        ImportError: Gradio is not installed.
        ValueError: ``max_upload_mb`` is below 1.
    """
    if max_upload_mb < 1:
        raise ValueError(f'max_upload_mb must be >= 1, got {max_upload_mb}')
    # Gradio reads these when it is imported.
    os.environ['GRADIO_TEMP_DIR'] = str(temp / 'gradio')
    os.environ['GRADIO_ANALYTICS_ENABLED'] = 'False'
    try:
        import gradio as gr
        import uvicorn
        from fastapi import FastAPI
        from starlette.middleware.trustedhost import TrustedHostMiddleware
    except ImportError as error:
        raise ImportError('the page needs gradio: pip install gradio') from error
    from carl_mm.app.assets import css, head
    from carl_mm.app.guard import Guard
    from carl_mm.app.page import build_page
    from carl_mm.app.routes import add_routes

    max_bytes = max_upload_mb * 2**20
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    add_routes(app, library, temp / 'copies')
    app = gr.mount_gradio_app(
        app,
        build_page(library),
        path='/',
        server_name=host,
        server_port=port,
        footer_links=['api'],
        run_history=False,
        max_file_size=max_bytes,
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
    if host in LOOPBACK:  # refuses other sites' names that lead here
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*LOOPBACK, '[::1]'])
    guarded = Guard(app, max_bytes + 2**20)  # a form is a little longer than its file
    config = uvicorn.Config(
        guarded, host, port, log_level='warning', timeout_graceful_shutdown=1
    )
    return uvicorn.Server(config)


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
