"""The page of a folder, and beside it that of the example videos."""

from collections.abc import Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.responses import RedirectResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from carl_mm.app.access.ledger import Ledger
from carl_mm.app.access.settings import Access
from carl_mm.app.application import make_application
from carl_mm.app.example import Example
from carl_mm.app.example_videos import ExampleVideos, example_folder
from carl_mm.app.media.playable import copy_path
from carl_mm.app.project.workspace import Workspace


class Pages:
    """Two pages of one server, with one account of what is uploaded.

    Args:
        workspace: What the folder's page works on.
        ledger: Whose the uploads are.
        access: Where the pages are served.
        open_example: Returns the workspace of a folder of example videos; by default
            ``example/`` leads back to the folder's page.

    Attributes:
        app: The application.
    """

    def __init__(
        self,
        workspace: Workspace,
        ledger: Ledger,
        access: Access,
        open_example: Callable[[Path], Workspace] | None = None,
    ) -> None:
        self._workspace, self._ledger = workspace, ledger
        self._example: Example | None = None

        def make_example(opened: Workspace) -> ASGIApp:
            opened.project.tell_address(access.host, access.port)
            return make_application(opened, ledger)

        beside: Mount | Route = Route('/example/', lambda _: RedirectResponse('../'))
        if open_example:
            self._example = Example(
                ExampleVideos(example_folder()),
                open_example,
                make_example,
            )
            beside = Mount('/example', self._example)
        page = Mount('/', make_application(workspace, ledger))
        bare = Route('/example', lambda _: RedirectResponse('example/'))
        self.app = Starlette(routes=[beside, bare, page])

    @property
    def workspaces(self) -> list[Workspace]:
        """What the pages work on; the example's once it is open."""
        example = self._example and self._example.workspace
        return [self._workspace, *([example] if example else [])]

    def forget(self, visitor: str) -> None:
        """Remove a visitor's uploads, and what was made of them."""
        gone = self._ledger.leave(visitor)
        caches = [each.project.cache_dir / 'copies' for each in self.workspaces]
        for path in gone:
            for cache in caches if path.exists() else ():
                copy_path(path, cache).unlink(missing_ok=True)
        for each in self.workspaces:
            each.library.remove_uploads(gone)

    def end_streams(self) -> None:
        """Let pages that listen for changes go: the server ends."""
        for each in self.workspaces:
            each.changes.close()

    def close(self) -> None:
        """End what the example's page has begun."""
        if self._example:
            self._example.close()
