"""The job that embeds all videos of a project by a model."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from carl_mm.apis import FramewiseInferencer, VideoEmbedding
from carl_mm.apis.cli import describe
from carl_mm.apis.embedding.embedding_files import name_targets
from carl_mm.apis.embedding.folder_embedding import embed_one, is_of
from carl_mm.app.models.project_models import GIVEN, ProjectModels
from carl_mm.app.project.library import VideoLibrary
from carl_mm.datasets.video_io.find_videos import list_files


class Embedder:
    """Embeds the videos by one model after the other, in the caller's thread.

    The videos of the first model are shown one by one as they are ready. When another
    model takes its place, all at once: embeddings of two models do not compare.

    Args:
        library: The videos.
        models: The models.
        embeddings_dir: Folder to keep the embeddings in, a folder for each model.
        more_dirs: Folders of embeddings that were made elsewhere; those of the same
            model and videos are used.
        on_change: Called after each video.

    Attributes:
        current: Name of the model whose embeddings the library has; empty before.
        seconds_a_frame: How long a frame took by a model of the project, measured; None
            before.
    """

    def __init__(
        self,
        library: VideoLibrary,
        models: ProjectModels,
        embeddings_dir: Path,
        more_dirs: tuple[Path, ...] = (),
        on_change: Callable[[], object] = lambda: None,
    ) -> None:
        self.library, self.models = library, models
        self.embeddings_dir, self.more_dirs = embeddings_dir, more_dirs
        self.current = ''
        self.seconds_a_frame: float | None = None
        self._on_change = on_change
        self._is_closed = False
        self._job = threading.Lock()  # one model at a time
        self._device = threading.Lock()  # one video at a time
        self._state: dict[str, Any] = {
            'model': '',
            'done': 0,
            'total': 0,
            'remaining_s': None,
            'error': '',
        }

    def state(self) -> dict[str, Any]:
        """Return which model embeds, and how far it is."""
        return dict(self._state)

    def use(self, name: str) -> None:
        """Embed all videos by a model, where that is not done, and show the results.

        Whatever stops it is in the state's ``error``.
        """
        with self._job:
            paths = self.library.paths()
            self._tell(model=name, done=0, total=len(paths), remaining_s=None, error='')
            try:
                self._embed(name, self.models.load(name), paths)
            except Exception as error:  # the page shows it instead of waiting for ever
                self._tell(error=f'{name}: {describe(error)}')

    def close(self, timeout_s: float = 5.0) -> None:
        """Embed no more, and wait for the video that is being embedded.

        A thread that decodes as Python ends would abort the process.
        """
        self._is_closed = True
        for lock in (self._job, self._device):
            lock.acquire(timeout=timeout_s)

    def embed_upload(self, path: Path) -> VideoEmbedding:
        """Embed a video that is not of the folder, by the current model.

        Raises:
            ValueError: It cannot be decoded, or no model is there yet.
        """
        if not self.current:
            raise ValueError(f'{path.name}: wait until the model is there')
        inferencer = self.models.load(self.current)
        with self._device:
            return inferencer.embed_file(path)

    def _embed(
        self, name: str, inferencer: FramewiseInferencer, paths: dict[str, Path]
    ) -> None:
        is_first = not self.current or self.current == name
        if is_first:
            self.current = name
        found: dict[str, VideoEmbedding] = {}
        started, frames = time.monotonic(), 0
        targets = name_targets([self.library.folder], self.embeddings_dir / name)
        known = self._made_elsewhere(inferencer)
        for place, (video, path) in enumerate(paths.items(), 1):
            if self._is_closed:
                return
            target = targets.get(path)
            embedded = known.get(path) or _load(target, path, inferencer)
            if embedded is None:
                embedded = self._make(video, path, target, inferencer)
                frames += len(embedded) if embedded is not None else 0
            if embedded is not None:
                found[video] = embedded
                if is_first:
                    self.library.put(video, embedded)
            spent = time.monotonic() - started
            if frames and name != GIVEN:  # which may be another backbone
                self.seconds_a_frame = spent / frames
            remaining = spent / place * (len(paths) - place) if frames else None
            self._tell(done=place, remaining_s=remaining)
        if not is_first:
            self.current = name
            self.library.replace(found)
        self._tell(remaining_s=None)

    def _make(
        self,
        video: str,
        path: Path,
        target: Path | None,
        inferencer: FramewiseInferencer,
    ) -> VideoEmbedding | None:
        """Embed a video; note why it cannot be."""
        try:
            with self._device:
                if target is None:  # an upload, which is kept in memory
                    return inferencer.embed_file(path)
                reason = embed_one(path, target, inferencer)
            if reason is None:
                return VideoEmbedding.load(target)
        except ValueError as error:
            reason = describe(error)
        self.library.leave_out(video, reason)
        return None

    def _made_elsewhere(
        self, inferencer: FramewiseInferencer
    ) -> dict[Path, VideoEmbedding]:
        found = {}
        for folder in self.more_dirs:
            for file in list_files(folder, ('.npz',)):
                with suppress(ValueError):  # damaged: made anew
                    video = VideoEmbedding.load(file)
                    path = Path(video.filename).resolve()
                    if path.exists() and is_of(video, path, inferencer.provenance):
                        found[path] = video
        return found

    def _tell(self, **changes: Any) -> None:
        self._state |= changes
        self._on_change()


def _load(
    target: Path | None, path: Path, inferencer: FramewiseInferencer
) -> VideoEmbedding | None:
    """Load what was made before, if it is whole and of the same model and video."""
    if target is None or not target.exists():
        return None
    try:
        video = VideoEmbedding.load(target)
    except ValueError:  # damaged: made anew
        return None
    return video if is_of(video, path, inferencer.provenance) else None
