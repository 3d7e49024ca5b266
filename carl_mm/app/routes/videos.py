"""The videos and frames that the page's players show."""

import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse, Response

from carl_mm.apis.cli import describe
from carl_mm.app.library import VideoLibrary
from carl_mm.app.playable import PlayableVideo, frame_jpeg, playable


def add_routes(app: FastAPI, library: VideoLibrary, copies_dir: Path) -> None:
    """Add ``/carl/info``, ``/carl/video`` and ``/carl/frame``, all by ``?video=NAME``.

    Args:
        app: Application that gets the routes.
        library: The videos; no other file is served.
        copies_dir: Folder for copies of the videos that browsers cannot play.
    """
    lock = threading.Lock()  # so that each copy is made once
    jpeg = lru_cache(maxsize=512)(frame_jpeg)

    def prepared(name: str) -> PlayableVideo:
        path = library.path(name)
        with lock:
            return playable(path, copies_dir)

    @app.get('/carl/info')
    def info(video: str) -> dict[str, Any]:
        """Return the times of a video's frames, in the file and in the player."""
        try:
            embedded, shown = library.video(video), prepared(video)
        except (ValueError, OSError) as error:
            raise HTTPException(404, describe(error)) from error
        return {
            'name': video,
            'fps': embedded.fps,
            'times': embedded.timestamps.tolist(),
            'player_times': shown.times.tolist(),
            'is_copy': shown.path != library.path(video),
        }

    @app.get('/carl/video')
    def video_file(video: str) -> FileResponse:
        """Return the video or its copy, or a range of its bytes."""
        try:
            shown = prepared(video)
        except (ValueError, OSError) as error:
            raise HTTPException(404, describe(error)) from error
        return FileResponse(shown.path, media_type=shown.media_type)

    @app.get('/carl/frame')
    def frame_picture(video: str, frame: int) -> Response:
        """Return a frame as a small picture."""
        try:
            content = jpeg(library.path(video), frame)
        except (ValueError, OSError) as error:
            raise HTTPException(404, describe(error)) from error
        return Response(content, media_type='image/jpeg')
