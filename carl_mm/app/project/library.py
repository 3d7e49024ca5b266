"""The videos that the page shows: a folder's, and what was uploaded."""

import dataclasses
import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from carl_mm.apis import VideoEmbedding
from carl_mm.apis.cli import describe
from carl_mm.app.project.entries import Entry, file_version
from carl_mm.app.project.scan import scan
from carl_mm.datasets.video_io.open_video import open_video

NOT_READY = 'has no embeddings yet; wait until it has'


class VideoLibrary:
    """Videos by their names, with their embeddings.

    A name is a path relative to the folder, and nothing outside the folder can be
    reached by one. Uploads are kept as files, and their embeddings in memory. All
    methods may be called by any thread.

    Args:
        folder: Folder of videos, searched with its subfolders.
        uploads_dir: Folder in which uploaded videos are kept.
        on_change: Called after each change.

    Raises:
        FileNotFoundError: There is no such folder, or no video in it.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        uploads_dir: str | os.PathLike[str],
        on_change: Callable[[], object] = lambda: None,
    ) -> None:
        self.folder, paths, left_out = scan(folder)
        self.uploads_dir = Path(uploads_dir).resolve()
        self.revision = 0
        self._left_out = left_out
        self._entries = {name: Entry(path) for name, path in paths.items()}
        self._given: set[str] = set()  # names of uploads, none of which is reused
        self._videos: dict[str, VideoEmbedding] = {}
        self._on_change = on_change
        self._lock = threading.RLock()

    def measure(self) -> None:
        """Find out how long the videos are; this opens each of them."""
        for name, path in self.paths().items():
            try:
                reader, version = open_video(path), file_version(path)
            except (ValueError, OSError) as error:
                self.leave_out(name, describe(error))
                continue
            self._note(name, frames=reader.num_frames, fps=reader.fps, version=version)

    @property
    def names(self) -> list[str]:
        """Videos that have embeddings: the uploaded ones first, the newest of all."""
        with self._lock:
            uploads = [n for n, e in self._entries.items() if e.is_upload]
            there = [n for n in reversed(uploads) if n in self._videos]
            return [*there, *sorted(self._videos.keys() - set(uploads))]

    def paths(self) -> dict[str, Path]:
        """Return the files of all videos that are not left out, by name."""
        with self._lock:
            return {n: e.path for n, e in self._entries.items() if not e.reason}

    def rows(self) -> list[dict[str, Any]]:
        """Return what is known of each video, for the page's list."""
        with self._lock:
            left_out = [
                Entry(Path(), reason=reason).row(name, False)
                for name, reason in self._left_out.items()
            ]
            rows = [e.row(n, n in self._videos) for n, e in self._entries.items()]
        return sorted([*rows, *left_out], key=lambda row: str(row['name']))

    def counts(self) -> dict[str, int]:
        """Return how many videos there are, known, ready and left out."""
        with self._lock:
            entries = list(self._entries.values())
            refused = sum(bool(entry.reason) for entry in entries)
            return {
                'total': len(entries) + len(self._left_out),
                'known': sum(entry.frames is not None for entry in entries),
                'ready': len(self._videos),
                'left_out': refused + len(self._left_out),
                'revision': self.revision,
            }

    def video(self, name: str) -> VideoEmbedding:
        """Return a video's embeddings.

        Raises:
            ValueError: There is no such video, or it is not embedded yet.
        """
        self.path(name)
        with self._lock:
            if name in self._videos:
                return self._videos[name]
            reason = self._entries[name].reason
        raise ValueError(f'{name}: {reason or NOT_READY}')

    def path(self, name: str) -> Path:
        """Return a video's file.

        Raises:
            ValueError: The name is empty, leads outside the folder, or is unknown.
        """
        if not name:
            raise ValueError('choose a video first')
        with self._lock:
            entry = self._entries.get(name)
            root = self.uploads_dir if entry and entry.is_upload else self.folder
        asked = entry.path if entry else self.folder / name
        if '\0' in name or not asked.resolve().is_relative_to(root):
            raise ValueError(f'{name!r} is outside the folder of videos; refused')
        if entry is None:
            raise ValueError(f'{name!r}: no such video in the folder')
        return entry.path

    def is_embedded(self, name: str) -> bool:
        """Whether a video has embeddings."""
        with self._lock:
            return name in self._videos

    def put(self, name: str, video: VideoEmbedding) -> None:
        """Take a video's embeddings, unless it has gone meanwhile."""
        with self._lock:
            if name not in self._entries:
                return
            self._videos[name] = dataclasses.replace(video, filename=name)
        version = file_version(self._entries[name].path)
        self._note(name, frames=len(video), fps=video.fps, version=version)

    def replace(self, videos: dict[str, VideoEmbedding]) -> None:
        """Take embeddings of another model in place of all that are there."""
        with self._lock:
            self._videos = {
                name: dataclasses.replace(video, filename=name)
                for name, video in videos.items()
                if name in self._entries
            }
            self._changed()

    def leave_out(self, name: str, reason: str) -> None:
        """Note why a video is not shown."""
        short = reason.replace(f'{self.folder}{os.sep}', '')
        with self._lock:
            self._videos.pop(name, None)
        self._note(name, reason=short)

    def taken_names(self) -> set[str]:
        """Return the names that an upload must not get."""
        with self._lock:
            return self._entries.keys() | self._left_out.keys() | self._given

    def add_upload(self, name: str, path: Path, video: VideoEmbedding) -> None:
        """Show an uploaded video."""
        with self._lock:
            self._entries[name] = Entry(path, is_upload=True)
            self._given.add(name)
        self.put(name, video)

    def remove_uploads(self, paths: Iterable[Path]) -> None:
        """Remove uploaded videos, by their files."""
        wanted = set(paths)
        with self._lock:
            uploads = [n for n, e in self._entries.items() if e.is_upload]
            for name in [n for n in uploads if self._entries[n].path in wanted]:
                self._videos.pop(name, None)
                del self._entries[name]
            self._changed()
        for path in wanted:
            path.unlink(missing_ok=True)

    def _note(self, name: str, **known: Any) -> None:
        with self._lock:
            if name in self._entries:
                self._entries[name] = dataclasses.replace(self._entries[name], **known)
                self._changed()

    def _changed(self) -> None:
        self.revision += 1
        self._on_change()
