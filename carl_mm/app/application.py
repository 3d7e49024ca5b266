"""A project as a web application."""

from collections.abc import Awaitable, Callable
from importlib.resources import files

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles

from carl_mm.app.access.ledger import Ledger
from carl_mm.app.errors import add_error_answers
from carl_mm.app.project.workspace import Workspace
from carl_mm.app.routes import labels, state, training, uploads, videos, work

STATIC = files('carl_mm.app') / 'static'


def make_application(workspace: Workspace, ledger: Ledger) -> FastAPI:
    """Return the page of a project and the addresses that it asks.

    Args:
        workspace: What the page works on.
        ledger: Whose the uploads are.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    add_error_answers(app)
    for router in (
        state.router(workspace),
        videos.router(workspace),
        work.router(workspace.library, workspace.project, workspace.labels),
        labels.router(workspace.library, workspace.labels),
        training.router(workspace),
        uploads.router(workspace, ledger),
    ):
        app.include_router(router)
    app.mount('/static', StaticFiles(directory=str(STATIC)))

    @app.get('/')
    def page() -> FileResponse:
        return FileResponse(str(STATIC / 'index.html'))

    @app.middleware('http')
    async def tell(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        """Let other windows know of what one has changed."""
        response = await call_next(request)
        if request.method != 'GET':
            workspace.changes.tell()
        return response

    return app
