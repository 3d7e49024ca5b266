"""The embeddings of one video with their time stamps."""

import os
from dataclasses import dataclass, field, fields

import numpy as np

from carl_mm.apis.embedding.embedding_files import read_embedding, write_embedding


@dataclass(frozen=True, eq=False)
class VideoEmbedding:
    """One embedding a frame.

    Attributes:
        filename: Of the video.
        embeddings: ``(T, D)`` float32, L2-normalised.
        timestamps: ``(T,)`` float64, seconds, ascending: the container's presentation
            times.
        fps: Frames a second, averaged over the video.
        provenance: What made it: config, checkpoint, checkpoint_sha256, version; may
            be empty.
        frame_features: ``(T, F)`` float32, what each frame shows by itself, see
            `carl_mm.functional.frame_features`; None where they were not kept.

    Raises:
        ValueError: Other shapes or dtypes, or time stamps that descend or are not
            finite.
    """

    filename: str
    embeddings: np.ndarray
    timestamps: np.ndarray
    fps: float
    provenance: dict[str, str] = field(default_factory=dict)
    frame_features: np.ndarray | None = None

    def __post_init__(self) -> None:
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

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a file, which appears only when whole.

        Args:
            path: Ends in .npz (arrays embeddings, timestamps, fps, filename,
                provenance, this as JSON, and frame_features if there are any) or
                .parquet (one row a frame: timestamp, embedding and frame_features; the
                rest in the schema's metadata).

        Raises:
            ValueError: Another ending.
            ImportError: .parquet without pyarrow.
            OSError: The disk is full, say; names the file.
        """
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        write_embedding(path, values)

    @staticmethod
    def load(path: str | os.PathLike[str]) -> 'VideoEmbedding':
        """Read a file of `save`.

        Raises:
            FileNotFoundError: No such file.
            ValueError: Another ending, or a file of another form, or a broken one.
            ImportError: .parquet without pyarrow.
        """
        return read_embedding(path, VideoEmbedding)
