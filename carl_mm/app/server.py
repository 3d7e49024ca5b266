"""The server of the page."""

import dataclasses
import signal
import socket
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from carl_mm.app.access.ledger import Ledger
from carl_mm.app.access.settings import Access
from carl_mm.app.project.workspace import Workspace

if TYPE_CHECKING:
    import uvicorn

NEEDED = "the page needs fastapi and uvicorn: pip install 'carl_mm[app]'"


def serve(
    workspace: Workspace,
    temp: Path,
    access: Access,
    announce: Callable[[Access], Any] = lambda access: None,
    open_example: Callable[[Path], Workspace] | None = None,
) -> None:
    """Serve the page until interrupted; then remove uploads.

    Args:
        workspace: What the page works on.
        temp: Folder for temporary files, the uploads' among them.
        access: Where the page is served, and who may enter.
        announce: Called with where the page is, once it can be opened.
        open_example: Returns the workspace of a folder, for the page of the example
            videos; by default there is none.

    Raises:
        ImportError: FastAPI or uvicorn is not installed.
        LockedError: Another page is open on the folder.
        OSError: The port is taken, or the address is not this machine's.
        ValueError: The port is out of range.
    """
    signal.signal(signal.SIGTERM, _leave)  # so that temporary files are removed
    with ExitStack() as stack:
        stack.enter_context(workspace.project.held())
        listening = stack.enter_context(listen(access.host, access.port))
        access = dataclasses.replace(access, port=listening.getsockname()[1])
        workspace.project.tell_address(access.host, access.port)
        server = make_server(workspace, temp, access, open_example)
        stack.callback(workspace.close)
        workspace.prepare()
        announce(access)
        server.run(sockets=[listening])


def make_server(
    workspace: Workspace,
    temp: Path,
    access: Access,
    open_example: Callable[[Path], Workspace] | None = None,
) -> 'uvicorn.Server':
    """Return a server of the page that is not started yet.

    Args:
        workspace: What the page works on.
        temp: Folder for temporary files.
        access: Where the page will be served, and who may enter.
        open_example: See `serve`.

    Raises:
        ImportError: FastAPI or uvicorn is not installed.
    """
    try:
        import uvicorn

        from carl_mm.app.pages import Pages
    except ImportError as error:
        raise ImportError(f'{NEEDED} ({error})') from error
    from carl_mm.app.access.body_limit import BodyLimit
    from carl_mm.app.access.gate import Gate
    from carl_mm.app.access.visitors import Visitors

    uploads_dir = workspace.library.uploads_dir
    ledger = Ledger(temp / 'received', uploads_dir, access.limits)
    pages = Pages(workspace, ledger, access, open_example)
    limited = BodyLimit(pages.app, access.limits.file_mb * 2**20)
    config = uvicorn.Config(
        Gate(limited, access, Visitors(pages.forget, access.forget_after_s)),
        access.host,
        access.port,
        log_level='warning',
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    end = server.shutdown

    async def shutdown(sockets: list[socket.socket] | None = None) -> None:
        pages.end_streams()  # or it would wait for pages that listen for ever
        await end(sockets)
        pages.close()

    server.shutdown = shutdown  # type: ignore[method-assign]
    return server


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


def open_workspace(
    folder: Path, temp: Path, project_dir: Path | None = None, **options: Any
) -> Workspace:
    """Return the workspace of a folder of videos.

    Args:
        folder: Folder of videos.
        temp: Folder for temporary files.
        project_dir: Folder of the project; by default ``.carl_mm`` in that of the
            videos.
        options: See `Workspace`.

    Raises:
        FileNotFoundError: There is no such folder, or no video in it.
        OSError: The folder of the project cannot be written.
    """
    from carl_mm.app.project.project import Project
    from carl_mm.app.project.scan import scan

    scan(folder)  # before a folder is made in what is none of videos
    return Workspace(Project(folder, project_dir), temp / 'uploads', **options)


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
