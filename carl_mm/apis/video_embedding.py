"""The embeddings of one video with their time stamps, and their files."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, TypeVar

import numpy as np

from carl_mm.whole_files import write_whole

EMBEDDING_SUFFIXES = ('.npz', '.parquet')
T = TypeVar('T')


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
        path = Path(path)
        write = _npz_writer if _suffix(path) == '.npz' else _parquet_writer
        write_whole(path, write(self))

    @staticmethod
    def load(path: str | os.PathLike[str]) -> 'VideoEmbedding':
        """Read a file of `save`.

        Raises:
            FileNotFoundError: No such file.
            ValueError: Another ending, or a file of another form, or a broken one.
            ImportError: .parquet without pyarrow.
        """
        return _read(Path(path), _read_npz, _read_parquet)


def read_provenance(path: str | os.PathLike[str]) -> dict[str, str]:
    """Read the provenance in a file of `VideoEmbedding.save`, without the embeddings.

    It raises as `VideoEmbedding.load`.
    """
    return _read(Path(path), _read_npz_provenance, _read_parquet_provenance)


def _read(path: Path, npz: Callable[[Path], T], parquet: Callable[[Path], T]) -> T:
    """Read by the function of the file's form; any error says what the file is not."""
    read = npz if _suffix(path) == '.npz' else parquet
    if not path.is_file():
        raise FileNotFoundError(f'{path}: no such file of embeddings')
    try:
        return read(path)
    except ImportError:
        raise  # says what to install
    except Exception as error:  # a broken file fails in whatever way
        raise ValueError(
            f'{path}: not a file of embeddings, or a broken one ({error!r:.200}); '
            'make it by tools/embed.py or VideoEmbedding.save'
        ) from error


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in EMBEDDING_SUFFIXES:
        known = ' or '.join(EMBEDDING_SUFFIXES)
        raise ValueError(
            f'{path}: embeddings are kept in {known} files, not {suffix!r}'
        )
    return suffix


def _npz_writer(video: VideoEmbedding) -> Callable[[IO[bytes]], Any]:
    arrays: dict[str, Any] = {
        'embeddings': video.embeddings,
        'timestamps': video.timestamps,
        'fps': video.fps,
        'filename': video.filename,
        'provenance': json.dumps(video.provenance, sort_keys=True),
    }
    if video.frame_features is not None:
        arrays['frame_features'] = video.frame_features
    return lambda stream: np.savez(stream, **arrays)


def _read_npz(path: Path) -> VideoEmbedding:
    with np.load(path, allow_pickle=False) as arrays:
        return VideoEmbedding(
            filename=str(arrays['filename']),
            embeddings=arrays['embeddings'],
            timestamps=arrays['timestamps'],
            fps=float(arrays['fps']),
            provenance=json.loads(str(arrays['provenance'])),
            frame_features=arrays.get('frame_features'),
        )


def _read_npz_provenance(path: Path) -> dict[str, str]:
    with np.load(path, allow_pickle=False) as arrays:
        return dict(json.loads(str(arrays['provenance'])))


def _parquet_writer(video: VideoEmbedding) -> Callable[[IO[bytes]], Any]:
    pyarrow, parquet = _pyarrow()

    def vectors(rows: np.ndarray) -> Any:
        values = pyarrow.array(rows.reshape(-1))
        return pyarrow.FixedSizeListArray.from_arrays(values, rows.shape[1])

    columns = {'timestamp': video.timestamps, 'embedding': vectors(video.embeddings)}
    if video.frame_features is not None:
        columns['frame_features'] = vectors(video.frame_features)
    metadata = {
        'filename': os.fsencode(video.filename),
        'fps': repr(float(video.fps)),
        'provenance': json.dumps(video.provenance, sort_keys=True),
    }
    table = pyarrow.table(columns).replace_schema_metadata(metadata)
    return lambda stream: parquet.write_table(table, stream)


def _read_parquet(path: Path) -> VideoEmbedding:
    with _open_parquet(path) as file:
        table = file.read(use_threads=False)
    metadata = table.schema.metadata or {}

    def rows(name: str) -> np.ndarray:
        vectors = table.column(name).combine_chunks()
        values: np.ndarray = vectors.flatten().to_numpy(zero_copy_only=False)
        return values.reshape(-1, vectors.type.list_size)

    has_features = 'frame_features' in table.column_names
    return VideoEmbedding(
        filename=os.fsdecode(metadata[b'filename']),
        embeddings=rows('embedding'),
        timestamps=table.column('timestamp').to_numpy(),
        fps=float(metadata[b'fps']),
        provenance=json.loads(metadata[b'provenance']),
        frame_features=rows('frame_features') if has_features else None,
    )


def _read_parquet_provenance(path: Path) -> dict[str, str]:
    with _open_parquet(path) as file:
        return dict(json.loads((file.schema_arrow.metadata or {})[b'provenance']))


def _open_parquet(path: Path) -> Any:
    # read_table starts threads, with which now and then (3 of 80 times) the process
    # aborts at its end: 'terminate called without an active exception'.
    pyarrow, parquet = _pyarrow()
    return parquet.ParquetFile(pyarrow.memory_map(str(path)), pre_buffer=False)


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        message = '.parquet files need pyarrow: pip install pyarrow, or take .npz'
        raise ImportError(message) from error
    return pyarrow, parquet
