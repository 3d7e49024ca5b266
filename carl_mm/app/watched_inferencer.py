"""The inferencer of a library that is used while it fills."""

import threading
from collections.abc import Callable
from pathlib import Path

from carl_mm.apis import FramewiseInferencer, VideoEmbedding
from carl_mm.apis.embedding.progress import OnProgress


class WatchedInferencer:
    """Counts videos, and lets others use the model between two of them.

    Args:
        inferencer: Embeds the videos.
        lock: Held while a video is embedded.
        count: Called after each video.
    """

    def __init__(
        self,
        inferencer: FramewiseInferencer,
        lock: threading.Lock,
        count: Callable[[], None],
    ) -> None:
        self._inferencer, self._lock, self._count = inferencer, lock, count
        self.provenance, self.device = inferencer.provenance, inferencer.device

    def embed_file(
        self, path: Path, on_progress: OnProgress | None = None
    ) -> VideoEmbedding:
        """Embed a video file; see `FramewiseInferencer.embed_file`."""
        try:
            with self._lock:
                return self._inferencer.embed_file(path, on_progress)
        finally:
            self._count()
