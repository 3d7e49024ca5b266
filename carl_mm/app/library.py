"""The videos that the page shows: a folder's, and what was uploaded."""

import dataclasses
import os
import threading
from pathlib import Path
from typing import Any

from carl_mm.apis import FramewiseInferencer, VideoEmbedding
from carl_mm.apis.embedding.folder_embedding import embed_folder
from carl_mm.app.folder import scan
from carl_mm.app.uploads import adopt_upload
from carl_mm.app.watched_inferencer import WatchedInferencer
from carl_mm.datasets.video_io.find_videos import list_files


@dataclasses.dataclass
class Progress:
    """How far the embedding of the folder is.

    Attributes:
        total: Number of videos in the folder.
        done: Number of videos with embeddings.
        ready: Whether every video that can be embedded is.
        error: Why the embedding stopped; empty if it did not.
    """

    total: int = 0
    done: int = 0
    ready: bool = False
    error: str = ''


class VideoLibrary:
    """Videos by their names, with their embeddings.

    A name is a path relative to the folder, and nothing outside the folder can be
    reached by one. Uploads are kept as files, and their embeddings in memory.

    Args:
        folder: Folder of videos, searched with its subfolders.
        inferencer: Embeds the videos.
        embeddings_dir: Folder in which the embeddings are kept.
        uploads_dir: Folder in which uploaded videos are kept.

    Attributes:
        progress: How far `prepare` is.
        left_out: Why each video of the folder that is not shown is left out.

    Raises:
        FileNotFoundError: There is no such folder, or no video in it.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        inferencer: FramewiseInferencer,
        embeddings_dir: str | os.PathLike[str],
        uploads_dir: str | os.PathLike[str],
    ) -> None:
        self.folder, self._paths, self.left_out = scan(folder)
        self.uploads_dir = Path(uploads_dir).resolve()
        self.embeddings_dir = Path(embeddings_dir)
        self.progress = Progress(total=len(self._paths))
        self._inferencer = inferencer
        self._uploads: list[str] = []
        self._given: set[str] = set()  # names of uploads, none of which is reused
        self._videos: dict[str, VideoEmbedding] = {}
        self._model_lock = threading.Lock()
        self._lock = threading.RLock()  # guards the tables

    def prepare(self) -> None:
        """Embed the videos of the folder that are not embedded yet."""
        kept = len(list_files(self.embeddings_dir, ('.npz',)))
        self.progress.done = min(kept, max(0, self.progress.total - 1))
        skipped = [self.folder / name for name in self.left_out]
        watched = WatchedInferencer(self._inferencer, self._model_lock, self._count)
        try:
            summary = embed_folder(
                watched,  # type: ignore[arg-type]
                [self.folder],
                self.embeddings_dir,
                left_out=skipped,
            )
        except Exception as error:  # the page shows it instead of waiting for ever
            self.progress.error = f'{error}'
            return
        names = {path: name for name, path in self._paths.items()}
        with self._lock:
            for path, reason in summary.failed.items():
                if Path(path) in names:
                    self.left_out[names[Path(path)]] = reason
            for file in list_files(self.embeddings_dir, ('.npz',)):
                video = VideoEmbedding.load(file)
                name = names.get(Path(video.filename))
                if name is not None and name not in self.left_out and len(video):
                    self._videos[name] = dataclasses.replace(video, filename=name)
        self.progress.done = len(self._videos)
        self.progress.ready = True

    def _count(self) -> None:
        self.progress.done = min(self.progress.done + 1, self.progress.total)

    @property
    def names(self) -> list[str]:
        """Videos that have embeddings: the uploaded ones first."""
        with self._lock:
            others = sorted(self._videos.keys() - set(self._uploads))
            return [*reversed(self._uploads), *others]

    def state(self) -> dict[str, Any]:
        """Return the videos, those left out and why, and how far the embedding is."""
        return {
            'videos': self.names,
            'left_out': dict(self.left_out),
            **dataclasses.asdict(self.progress),
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
        reason = self.left_out.get(name, 'has no embeddings yet; wait until all have')
        raise ValueError(f'{name}: {reason}')

    def path(self, name: str) -> Path:
        """Return a video's file.

        Raises:
            ValueError: The name is empty, leads outside the folder, or is unknown.
        """
        if not name:
            raise ValueError(
                'choose a video first; the page lists them once it is ready'
            )
        with self._lock:
            path = self._paths.get(name)
            root = self.uploads_dir if name in self._uploads else self.folder
        asked = path or self.folder / name
        if '\0' in name or not asked.resolve().is_relative_to(root):
            raise ValueError(f'{name!r} is outside the folder of videos; refused')
        if path is None:
            raise ValueError(f'{name!r}: no such video in the folder')
        return path

    def add_upload(self, path: Path, shown_name: str) -> str:
        """Check an uploaded file, move it to the uploads and embed it.

        Args:
            path: The uploaded file, which is removed if it is refused.
            shown_name: Name that the user gave the file; the returned one resembles it.

        Raises:
            ValueError: The file is not a video.
        """
        with self._model_lock:  # also makes uploads wait for each other
            taken = self._paths.keys() | self.left_out.keys() | self._given
            name, kept = adopt_upload(path, shown_name, self.uploads_dir, taken)
            try:
                video = self._inferencer.embed_file(kept)
            except Exception as error:
                kept.unlink(missing_ok=True)
                if not isinstance(error, ValueError):  # of the device, say
                    raise
                raise ValueError(str(error).replace(f'{kept}', name)) from error
        with self._lock:
            self._paths[name] = kept
            self._videos[name] = dataclasses.replace(video, filename=name)
            self._uploads.append(name)
            self._given.add(name)
        return name

    def remove_upload(self, path: Path) -> None:
        """Remove an uploaded video, by its file."""
        with self._lock:
            for name in [name for name in self._uploads if self._paths[name] == path]:
                self._uploads.remove(name)
                del self._videos[name], self._paths[name]
        path.unlink(missing_ok=True)
