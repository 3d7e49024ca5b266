"""The addresses of the videos: their list, files, frames and small pictures."""

import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse, Response

from carl_mm.apis.cli import describe
from carl_mm.app.media.playable import PlayableVideo, frame_jpeg, playable
from carl_mm.app.media.thumbnails import thumbnail
from carl_mm.app.project.library import VideoLibrary
from carl_mm.app.project.workspace import Workspace
from carl_mm.datasets.video_io.open_video import open_video

KEEP = {'Cache-Control': 'private, max-age=86400'}


def router(workspace: Workspace) -> APIRouter:
    """Return ``api/videos``, ``info``, ``video``, ``frame`` and ``thumbnail``.

    All but the first take ``?video=NAME``, and serve nothing that the library does not
    know.

    Args:
        workspace: What the page works on.
    """
    routes = APIRouter(prefix='/api')
    library = workspace.library

    @routes.get('/videos')
    def videos() -> dict[str, Any]:
        """Return what is known of each video."""
        entries = workspace.labels.state()['videos']
        labelled = {name: entry['origin'] for name, entry in entries.items()}
        rows = [
            {**row, 'labelled': labelled.get(row['name'], '')} for row in library.rows()
        ]
        return {'revision': library.revision, 'videos': rows}

    _add_playing(routes, library, workspace.project.cache_dir / 'copies')
    _add_pictures(routes, library, workspace.project.cache_dir / 'thumbnails')
    return routes


def _add_playing(routes: APIRouter, library: VideoLibrary, copies_dir: Path) -> None:
    lock = threading.Lock()  # so that each copy is made once

    def prepared(name: str) -> PlayableVideo:
        path = _path_of(library, name)
        with lock:
            return playable(path, copies_dir)

    @routes.get('/info')
    def info(video: str) -> dict[str, Any]:
        """Return the times of a video's frames, in the file and in the player."""
        path, shown = _path_of(library, video), prepared(video)
        reader = open_video(path)
        height, width = reader.read([0])[0].shape[:2]
        return {
            'name': video,
            'fps': reader.fps,
            'times': reader.timestamps.tolist(),
            'player_times': shown.times.tolist(),
            'is_copy': shown.path != path,
            'width': width,
            'height': height,
        }

    @routes.get('/video')
    def video_file(video: str) -> FileResponse:
        """Return the video or its copy, or a range of its bytes."""
        shown = prepared(video)
        return FileResponse(shown.path, media_type=shown.media_type)


def _add_pictures(routes: APIRouter, library: VideoLibrary, kept_in: Path) -> None:
    jpeg = lru_cache(maxsize=512)(frame_jpeg)

    @routes.get('/frame')
    def frame_picture(video: str, frame: int, height: int = 160) -> Response:
        """Return a frame as a small picture."""
        if not 16 <= height <= 1080:
            raise HTTPException(422, f'height must be in 16 to 1080, got {height}')
        content = jpeg(_path_of(library, video), frame, height)
        return Response(content, media_type='image/jpeg')

    @routes.get('/thumbnail')
    def small_picture(video: str) -> FileResponse:
        """Return a picture of the middle frame."""
        file = thumbnail(_path_of(library, video), kept_in)
        return FileResponse(file, media_type='image/jpeg', headers=KEEP)


def _path_of(library: VideoLibrary, name: str) -> Path:
    try:
        return library.path(name)
    except ValueError as error:
        raise HTTPException(404, describe(error)) from error
