"""The embeddings of one video with their time stamps."""

import os
from dataclasses import dataclass, field, fields

import numpy as np

from carl_mm.apis.embedding.embedding_files import (
    check_texts,
    read_embedding,
    write_embedding,
)


@dataclass(frozen=True, eq=False)
class VideoEmbedding:
    """The embeddings of a video's frames, with their time stamps.

    Attributes:
        filename: Path of the video.
        embeddings: L2-normalised embeddings, ``(T, D)`` float32.
        timestamps: When each frame begins to be shown, ``(T,)`` float64, in seconds,
            ascending; counted from the first frame.
        fps: Frames per second, averaged over the video.
        provenance: What made the embeddings: config, checkpoint, checkpoint_sha256,
            settings_sha256 and version; may be empty.
        frame_features: What each frame shows by itself, ``(T, F)`` float32, see
            `carl_mm.functional.frame_features`; None if it was not kept.

    Raises:
        ValueError: Wrong shapes or dtypes, time stamps that descend or are not finite,
            or a provenance that is more than texts by name.

    Example:
        >>> import numpy as np
        >>> from carl_mm.apis import VideoEmbedding
        >>> video = VideoEmbedding(
        ...     'a.mp4', np.eye(3, dtype=np.float32), np.array([0.0, 0.5, 2.0]), fps=1.0
        ... )
        >>> len(video)
        3
        >>> video.span_s(0, 1)
        (0.0, 2.0)
    """

    filename: str
    embeddings: np.ndarray
    timestamps: np.ndarray
    fps: float
    provenance: dict[str, str] = field(default_factory=dict)
    frame_features: np.ndarray | None = None

    def __post_init__(self) -> None:
        check_texts(self.filename, self.provenance)
        embeddings, times = self.embeddings, self.timestamps
        if embeddings.ndim != 2 or times.shape != embeddings.shape[:1]:
            raise ValueError(
                f'{self.filename}: embeddings must be (T, D) and timestamps (T,), '
                f'got {embeddings.shape} and {times.shape}'
            )
        if embeddings.dtype != np.float32 or times.dtype != np.float64:
            raise ValueError(
                f'{self.filename}: embeddings must be float32 and timestamps float64, '
                f'got {embeddings.dtype} and {times.dtype}'
            )
        features = self.frame_features
        if features is not None and (
            features.ndim != 2
            or len(features) != len(embeddings)
            or features.dtype != np.float32
        ):
            raise ValueError(
                f'{self.filename}: frame_features must be (T, F) float32, got '
                f'{features.shape} {features.dtype} beside {embeddings.shape}'
            )
        if not np.isfinite(times).all() or (np.diff(times) < 0).any():
            raise ValueError(f'{self.filename}: timestamps must ascend and be finite')

    def __len__(self) -> int:
        return len(self.embeddings)

    def span_s(self, first_frame: int, last_frame: int) -> tuple[float, float]:
        """Return when a run of frames is shown, [start_s, end_s) in seconds.

        All segments are given like this: ``end_s`` is when the frame after the last one
        appears, so that successive segments meet. The video's last frame is shown for
        1 / fps.

        Args:
            first_frame: First frame of the run.
            last_frame: Last frame of the run, included.
        """
        if last_frame + 1 < len(self):
            end_s = float(self.timestamps[last_frame + 1])
        else:
            end_s = float(self.timestamps[last_frame] + 1 / self.fps)
        return float(self.timestamps[first_frame]), end_s

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a file, which appears only when it is whole.

        Args:
            path: File to write. An .npz file has the arrays embeddings, timestamps,
                fps, filename, provenance (as JSON) and, if there are any,
                frame_features. A .parquet file has a row for each frame (timestamp,
                embedding, frame_features) and the rest in its schema's metadata.

        Raises:
            ValueError: The path has another ending.
            ImportError: .parquet is asked for and pyarrow is not installed.
            OSError: The file cannot be written; names it.
        """
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        write_embedding(path, values)

    @staticmethod
    def load(path: str | os.PathLike[str]) -> 'VideoEmbedding':
        """Read a file that `save` wrote.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: The path has another ending, or the file is of another form or
                broken.
            ImportError: It is a .parquet file and pyarrow is not installed.
        """
        return read_embedding(path, VideoEmbedding)
