"""The addresses of the training."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter

from carl_mm.app.project.workspace import Workspace


def router(workspace: Workspace) -> APIRouter:
    """Return ``api/training/`` with ``estimate``, ``start``, ``pause`` and so on.

    All but the first answer by the state, see `Workspace.state`.

    Args:
        workspace: What the page works on.
    """
    routes = APIRouter(prefix='/api/training')
    job = workspace.training

    @routes.post('/estimate')
    def estimate() -> dict[str, Any]:
        return workspace.estimate()

    for name, action in (
        ('start', workspace.train),
        ('pause', job.pause),
        ('resume', job.resume),
        ('stop', job.stop),
        ('discard', job.discard),
    ):
        routes.add_api_route(f'/{name}', _acting(workspace, action), methods=['POST'])
    return routes


def _acting(workspace: Workspace, action: Callable[[], Any]) -> Callable[[], Any]:
    def act() -> dict[str, Any]:
        action()
        return workspace.state()

    return act
