"""The addresses of the rows of phases."""

from typing import Any, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from carl_mm.app.project.label_import import read_table_of_user
from carl_mm.app.project.labels import SavedLabels, StaleRowsError
from carl_mm.app.project.videos import Videos
from carl_mm.app.routes.bodies import RenameBody, RowsBody, VideosBody
from carl_mm.datasets.converters.formats.tables.frame_count import FrameCount

MAX_TABLE_BYTES = 2**24


def router(library: Videos, labels: SavedLabels) -> APIRouter:
    """Return the addresses below ``api/``; what each answers, `SavedLabels` says.

    A ``ValueError`` is left to the application, which makes it a line with status 4xx.

    Args:
        library: The videos.
        labels: The saved rows.
    """
    routes = APIRouter(prefix='/api')

    @routes.get('/labels')
    def state() -> dict[str, Any]:
        return labels.state()

    @routes.put('/labels', response_model=None)
    def put(body: RowsBody) -> dict[str, Any] | Response:
        try:
            rows = [list(row) for row in body.rows]
            return {'revision': labels.put(body.video, rows, body.revision)}
        except StaleRowsError as error:
            return JSONResponse({'detail': f'{error}', **error.present}, 409)

    @routes.post('/labels/accept')
    def accept(body: VideosBody) -> dict[str, Any]:
        return {'revision': labels.accept(body.videos)}

    @routes.post('/phases/rename')
    def rename(body: RenameBody) -> dict[str, Any]:
        return {'revision': labels.rename(body.old, body.new)}

    @routes.post('/labels/import')
    async def import_table(
        request: Request,
        name: str = Query(max_length=4096),
        first_frame: Literal['0', '1'] = '0',
        exclusive_end: bool = False,
    ) -> dict[str, Any]:
        content = await _limited_body(request)
        count = FrameCount(int(first_frame), exclusive_end)
        return await run_in_threadpool(_import, library, labels, content, name, count)

    @routes.get('/labels/export')
    def export(
        what: Literal['painted', 'all'] = 'painted', form: Literal['csv'] = 'csv'
    ) -> Response:
        attached = f'attachment; filename="phases.{form}"'
        return PlainTextResponse(
            labels.export(what),
            media_type='text/csv',
            headers={'Content-Disposition': attached},
        )

    return routes


async def _limited_body(request: Request) -> bytes:
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > MAX_TABLE_BYTES:
            most = MAX_TABLE_BYTES // 2**20
            raise HTTPException(413, f'a table of labels has at most {most} MB')
    return bytes(content)


def _import(
    library: Videos, labels: SavedLabels, content: bytes, name: str, count: FrameCount
) -> dict[str, Any]:
    rows, remarks = read_table_of_user(content, name, library, count)
    labels.put_all(rows)
    return {'revision': labels.revision, 'videos': sorted(rows), 'remarks': remarks}
