"""All that a page works on: a project, its videos, models, labels and training."""

import threading
from pathlib import Path
from typing import Any

from carl_mm.apis import VideoEmbedding
from carl_mm.app.events import Changes
from carl_mm.app.models.embedder import Embedder
from carl_mm.app.models.project_models import ProjectModels
from carl_mm.app.project.labels import SavedLabels
from carl_mm.app.project.library import VideoLibrary
from carl_mm.app.project.project import Project
from carl_mm.app.project.uploads import adopt_upload
from carl_mm.app.training.job import TrainingJob
from carl_mm.app.training.preview import Preview
from carl_mm.app.training.time_left import estimate


class Workspace:
    """A project and what is done with it; all methods may be called by any thread.

    Args:
        project: Where its state lies.
        uploads_dir: Folder for uploaded videos.
        model: A model to use first, see `FramewiseInferencer`; by default the starting
            one.
        embeddings_dirs: Folders with embeddings that were made elsewhere.
        device: Device to compute on; by default cuda if there is one, else cpu.
        epochs: Length of a training; by default the config's.

    Raises:
        FileNotFoundError: There is no such folder of videos, or no video in it.
    """

    def __init__(
        self,
        project: Project,
        uploads_dir: Path,
        model: Path | None = None,
        embeddings_dirs: tuple[Path, ...] = (),
        device: str | None = None,
        epochs: int | None = None,
    ) -> None:
        self.project, self.changes = project, Changes()
        tell = self.changes.tell
        self.library = VideoLibrary(project.videos_dir, uploads_dir, tell)
        self.models = ProjectModels(project.models_dir, model, device)
        self.embedder = Embedder(
            self.library, self.models, project.embeddings_dir, embeddings_dirs, tell
        )
        self.labels = SavedLabels(project.folder, self.library)
        self.preview = Preview(self._pair, tell)
        self.training = TrainingJob(
            project.videos_dir,
            project.models_dir,
            project.cache_dir / 'features',
            on_change=self._look_at_training,
            on_done=self.use_model,
            epochs=epochs,
        )
        self._uploading = threading.Lock()

    def prepare(self) -> None:
        """Measure the videos and embed them by the chosen model, in threads."""
        chosen = self.project.choices.get('model')
        known = {model.name for model in self.models.all()}
        name = chosen if chosen in known else self.models.first
        threading.Thread(target=self.embedder.use, args=(name,), daemon=True).start()
        threading.Thread(target=self.library.measure, daemon=True).start()

    def close(self) -> None:
        """End the training's process, and what goes on in threads."""
        self.training.close()
        self.embedder.close()

    def use_model(self, name: str) -> None:
        """Embed all videos by another model and then show these; returns at once.

        Raises:
            ValueError: There is no such model.
        """
        self.models.find(name)
        self.project.choose({'model': name})
        threading.Thread(target=self.embedder.use, args=(name,), daemon=True).start()

    def state(self) -> dict[str, Any]:
        """Return what the page shows at a glance."""
        models = [model.state() for model in self.models.all()]
        current = self.embedder.current or self.models.first
        training = self.training.state()
        return {
            'folder': self.project.videos_dir.name,
            'windows': self.changes.listeners,
            'videos': self.library.counts(),
            'model': next((m for m in models if m['name'] == current), models[0]),
            'models': models,
            'embedding': self.embedder.state(),
            'training': training and {**training, 'preview': self.preview.state},
            'labels_revision': self.labels.revision,
            'choices': self.project.choices,
        }

    def estimate(self) -> dict[str, Any]:
        """Return what training on this folder costs; see `estimate`."""
        rows = [row for row in self.library.rows() if not row['is_upload']]
        frames = [row['frames'] for row in rows if row['frames'] and not row['reason']]
        return estimate(len(frames), sum(frames), self.embedder.seconds_a_frame)

    def train(self) -> None:
        """Begin a training on the videos that can be read.

        Raises:
            ValueError: There are too few, or a training is under way.
        """
        self.estimate()
        rows = self.library.rows()
        self.training.start(tuple(row['name'] for row in rows if row['reason']))

    def add_upload(self, path: Path, shown_name: str) -> str:
        """Check an uploaded file, move it to the uploads and embed it.

        Args:
            path: The uploaded file, which is removed if it is refused.
            shown_name: Name that the user gave the file; the returned one resembles it.

        Raises:
            ValueError: The file is not a video.
        """
        with self._uploading:
            uploads, taken = self.library.uploads_dir, self.library.taken_names()
            name, kept = adopt_upload(path, shown_name, uploads, taken)
            try:
                video: VideoEmbedding = self.embedder.embed_upload(kept)
            except Exception as error:
                kept.unlink(missing_ok=True)
                if not isinstance(error, ValueError):  # of the device, say
                    raise
                raise ValueError(str(error).replace(f'{kept}', name)) from error
            self.library.add_upload(name, kept, video)
        return name

    def _pair(self) -> tuple[tuple[str, Path], tuple[str, Path]] | None:
        """Return the pair that the page shows, or the first two videos."""
        chosen = self.project.choices.get('pair')
        paths = self.library.paths()
        names = chosen if isinstance(chosen, list) else []
        known = [name for name in names if name in paths]
        known += [name for name in sorted(paths) if name not in known]
        if len(known) < 2:
            return None
        return (known[0], paths[known[0]]), (known[1], paths[known[1]])

    def _look_at_training(self) -> None:
        folder, training = self.training.work_dir, self.training
        if folder and training.is_running:
            state = training.state()
            if state and state['status'] == 'running':
                self.preview.look(folder, state['step'])
        self.changes.tell()
