"""The page of the example videos, which are made when it is first opened."""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from carl_mm.apis.cli import describe
from carl_mm.app.example_videos import NUM_VIDEOS, ExampleVideos
from carl_mm.app.project.workspace import Workspace

STATIC = files('carl_mm.app') / 'static'


class Example:
    """An application: that of the example videos, once they are there.

    Opening it has them made; until then its page and its answers say so.

    Args:
        videos: The videos.
        open_workspace: Returns the workspace of their folder.
        make_application: Returns the application of that workspace.

    Attributes:
        workspace: What the page works on; None until it is open.
        error: Why it cannot be opened, a line; empty if it can.
    """

    def __init__(
        self,
        videos: ExampleVideos,
        open_workspace: Callable[[Path], Workspace],
        make_application: Callable[[Workspace], ASGIApp],
    ) -> None:
        self.videos, self.error = videos, ''
        self.workspace: Workspace | None = None
        self._open, self._make = open_workspace, make_application
        self._page: ASGIApp | None = None
        self._waiting = self._make_waiting()
        self._thread: threading.Thread | None = None
        self._lock, self._held = threading.Lock(), ExitStack()
        self._is_closed = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; see ASGI."""
        asks_how_far = scope.get('path', '').endswith('/api/making')
        page = None if asks_how_far else self._page
        await (page or self._waiting)(scope, receive, send)

    def start(self) -> None:
        """Have the page opened, by a thread, if it is not."""
        with self._lock:
            is_starting = self._thread is not None and self._thread.is_alive()
            if self._page is None and not is_starting and not self._is_closed:
                self.error = ''
                self._thread = threading.Thread(target=self._prepare, daemon=True)
                self._thread.start()

    def close(self) -> None:
        """End what goes on, and let another server have the project."""
        with self._lock:
            self._is_closed = True
            self.videos.close()
            if self.workspace is not None:
                self.workspace.close()
            self._held.close()

    def _prepare(self) -> None:
        try:
            folder = self.videos.make()
            with self._lock:
                if self._is_closed:
                    return
                workspace = self._open(folder)
                self._held.enter_context(workspace.project.held())
                self.workspace = workspace
            workspace.prepare()
            self._page = self._make(workspace)
        except (ValueError, OSError) as error:
            self.error = describe(error)

    def _make_waiting(self) -> FastAPI:
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        app.mount('/static', StaticFiles(directory=str(STATIC)))

        @app.get('/')
        def page() -> FileResponse:
            self.start()
            return FileResponse(str(STATIC / 'example.html'))

        @app.get('/api/making')
        def making() -> dict[str, Any]:
            made = min(self.videos.num_made, NUM_VIDEOS)
            known = {'is_open': self._page is not None, 'error': self.error}
            return {**known, 'done': made, 'total': NUM_VIDEOS}

        @app.api_route('/api/{rest:path}', methods=['GET', 'POST', 'PUT'])
        def not_yet(rest: str) -> JSONResponse:
            detail = self.error or 'the example videos are being made'
            return JSONResponse({'detail': detail}, 503)

        return app
