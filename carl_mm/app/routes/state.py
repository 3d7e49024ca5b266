"""The addresses of the state, and of what the user chooses."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from carl_mm.app.project.workspace import Workspace
from carl_mm.app.routes.bodies import Choices, ModelBody

SILENCE_S = 15.0
LEAST_GAP_S = 0.25  # between two states: embedding changes it many times a second


def router(workspace: Workspace) -> APIRouter:
    """Return ``api/state``, ``api/events``, ``api/choices`` and ``api/models/choose``.

    Args:
        workspace: What the page works on.
    """
    routes = APIRouter(prefix='/api')

    @routes.get('/state')
    def state() -> dict[str, Any]:
        return workspace.state()

    @routes.get('/events')
    async def events(request: Request) -> StreamingResponse:
        stream = _events(workspace, request)
        return StreamingResponse(stream, media_type='text/event-stream')

    @routes.put('/choices')
    def choose(body: Choices) -> dict[str, Any]:
        workspace.project.choose(body.root)
        workspace.changes.tell()
        return workspace.project.choices

    @routes.post('/models/choose')
    def choose_model(body: ModelBody) -> dict[str, Any]:
        workspace.use_model(body.name)
        return workspace.state()

    return routes


async def _events(workspace: Workspace, request: Request) -> AsyncIterator[str]:
    """Yield the state at each change, as server-sent events, until the server ends."""
    changes = workspace.changes
    with changes.listener() as event:
        while not changes.is_closed and not await request.is_disconnected():
            event.clear()
            state = await run_in_threadpool(workspace.state)
            yield f'data: {json.dumps(state)}\n\n'
            await asyncio.sleep(LEAST_GAP_S)
            try:
                await asyncio.wait_for(event.wait(), SILENCE_S)
            except TimeoutError:
                yield ': still here\n\n'
