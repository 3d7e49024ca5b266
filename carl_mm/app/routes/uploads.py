"""The address that takes uploads."""

import tempfile
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.concurrency import run_in_threadpool

from carl_mm.app.access.ledger import Ledger, QuotaError
from carl_mm.app.project.workspace import Workspace

NO_LENGTH = 'An upload must say its length in Content-Length.'


def router(workspace: Workspace, ledger: Ledger) -> APIRouter:
    """Return ``PUT api/uploads?name=``, whose body is the file.

    Args:
        workspace: What the page works on.
        ledger: Whose the uploads are, and how much room there is.
    """
    routes = APIRouter(prefix='/api')

    @routes.put('/uploads')
    async def upload(
        request: Request, name: str = Query(min_length=1, max_length=1000)
    ) -> dict[str, Any]:
        length = request.headers.get('content-length', '')
        if not length.isdecimal() or 'transfer-encoding' in request.headers:
            raise HTTPException(411, NO_LENGTH)
        visitor = request.scope['state']['visitor']
        try:
            with ledger.room(visitor, int(length)):
                path = await _receive(request, ledger.received_dir)
            ledger.note(visitor, [str(path)])  # it does not hold its room twice
        except QuotaError as error:
            raise HTTPException(413, str(error)) from error
        return {'name': await run_in_threadpool(keep, visitor, path, name)}

    def keep(visitor: str, path: Path, shown_name: str) -> str:
        name = workspace.add_upload(path, shown_name)
        kept = workspace.library.path(name)
        if not ledger.keep(visitor, str(path), kept):  # left while it was embedded
            workspace.library.remove_uploads([kept])
        return name

    return routes


async def _receive(request: Request, folder: Path) -> Path:
    """Write a body to a file; what is broken off is removed."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        try:
            async for part in request.stream():
                file.write(part)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    return Path(file.name)
