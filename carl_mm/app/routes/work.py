"""The addresses of what is done with videos: align, find, carry, judge, export."""

from pathlib import Path
from typing import Any, Protocol

from fastapi import APIRouter
from fastapi.responses import FileResponse

from carl_mm.app.project.labels import SavedLabels
from carl_mm.app.project.videos import Videos
from carl_mm.app.routes.bodies import (
    AlignBody,
    DeviationsBody,
    ExportBody,
    FindBody,
    VideoBody,
    VideosBody,
)
from carl_mm.app.work.align import Aligner
from carl_mm.app.work.deviations import Judge
from carl_mm.app.work.export import Exports, Write
from carl_mm.app.work.exported_videos import (
    ShownAs,
    grid_video,
    pair_video,
    single_video,
)
from carl_mm.app.work.find import Finder
from carl_mm.app.work.phases import carry
from carl_mm.app.work.timeline import timeline


class HasFolder(Protocol):
    """A project, which has a folder of its own."""

    @property
    def folder(self) -> Path:
        """The folder, FOLDER/.carl_mm."""


def router(library: Videos, project: HasFolder, labels: SavedLabels) -> APIRouter:
    """Return the addresses below ``api/``; what each answers, `carl_mm.app.work` says.

    A ``ValueError`` is left to the application, which makes it a line with status 4xx.

    Args:
        library: The videos.
        project: Where exports are kept, in ``cache/exports``.
        labels: What the user has painted, and where suggestions are saved.
    """
    routes = APIRouter(prefix='/api')
    aligner, finder, judge = Aligner(library), Finder(library), Judge(library)

    @routes.post('/align')
    def align_two(body: AlignBody) -> dict[str, Any]:
        return aligner.align(body.a, body.b, body.method)

    @routes.post('/rank')
    def rank(body: VideoBody) -> dict[str, Any]:
        return aligner.rank(body.video)

    @routes.post('/find')
    def find(body: FindBody) -> dict[str, Any]:
        return finder.find(body.video, body.first, body.last, body.count, body.gap_s)

    @routes.post('/timeline')
    def common_timeline(body: VideosBody) -> dict[str, Any]:
        return timeline(library, body.videos, labels.painted())

    @routes.post('/carry')
    def carry_phases() -> dict[str, Any]:
        found, segments = carry(library, labels.painted())
        labels.suggest(segments)
        return found

    @routes.post('/deviations')
    def deviations(body: DeviationsBody) -> dict[str, Any]:
        return judge.deviations(body.video, body.references)

    @routes.post('/suggest_references')
    def suggest_references(body: VideoBody) -> dict[str, Any]:
        return judge.suggest_references(body.video)

    _add_exports(routes, library, Exports(project.folder / 'cache' / 'exports'), labels)
    return routes


def _add_exports(
    routes: APIRouter, library: Videos, exports: Exports, labels: SavedLabels
) -> None:
    @routes.post('/exports')
    def start(body: ExportBody) -> dict[str, Any]:
        return {'id': exports.start(*_prepared(body, library, labels))}

    @routes.get('/exports/{export_id}')
    def state(export_id: str) -> dict[str, Any]:
        return exports.state(export_id)

    @routes.get('/exports/{export_id}/file')
    def file(export_id: str) -> FileResponse:
        path, name = exports.file(export_id)
        return FileResponse(path, filename=name)


def _prepared(
    body: ExportBody, library: Videos, labels: SavedLabels
) -> tuple[str, Write]:
    options = ShownAs(body.view, body.height, body.crop, body.speed)
    if body.kind == 'grid':
        return grid_video(library, body.videos or library.names, options)
    saved = labels.state()['videos'] if body.labels else {}
    rows = {name: entry['rows'] for name, entry in saved.items()}
    if body.a is None or (body.kind == 'pair' and body.b is None):
        raise ValueError('a pair takes two videos, a and b; a single one takes a')
    if body.b is None or body.kind == 'single':
        return single_video(library, body.a, options, rows.get(body.a))
    return pair_video(library, body.a, body.b, options, rows)
