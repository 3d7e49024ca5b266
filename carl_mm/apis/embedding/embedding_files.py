"""Files of embeddings, .npz and .parquet, as plain fields."""

import json
import os
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, TypeVar

import numpy as np

from carl_mm.apis.array_file import open_npz
from carl_mm.datasets.video_io.find_videos import find_videos
from carl_mm.files import atomic_write
from carl_mm.json_files import parse_json
from carl_mm.quoting import clip, quote

EMBEDDING_SUFFIXES = ('.npz', '.parquet')
CHECKSUM = 'crc32'  # name of the checksum in a .parquet file
T = TypeVar('T')


def name_targets(
    paths: list[Path], out_dir: Path, form: str = 'npz'
) -> dict[Path, Path]:
    """Return the file of each video, by its absolute path; see `embed_folder`.

    Raises:
        ValueError: Two videos would share a file.
    """
    relative: dict[Path, Path] = {}
    for path in paths:
        for video in find_videos([path]):
            root = path if path.is_dir() and video != path else path.parent
            relative.setdefault(Path(os.path.abspath(video)), video.relative_to(root))
    stems = Counter(name.with_suffix('') for name in set(relative.values()))
    sources: dict[Path, Path] = {}
    for video, name in relative.items():
        stem = name.with_suffix('') if stems[name.with_suffix('')] == 1 else name
        target = out_dir / stem.with_name(f'{stem.name}.{form}')
        other = sources.setdefault(target, video)
        if other != video:
            raise ValueError(
                f'{other} and {video} would both be {target}; give their common '
                'folder, or embed them into two'
            )
    return {video: target for target, video in sources.items()}


def write_embedding(path: str | os.PathLike[str], fields: dict[str, Any]) -> None:
    """Write the fields of a `VideoEmbedding`; see `VideoEmbedding.save`."""
    path = Path(path)
    writer = _npz_writer if _suffix(path) == '.npz' else _parquet_writer
    atomic_write(path, writer(fields))


def read_embedding(path: str | os.PathLike[str], build: Callable[..., T]) -> T:
    """Read a file that `write_embedding` wrote, and build a result from its fields.

    It raises as `VideoEmbedding.load` does.
    """
    path = Path(path)
    read = _read_npz if _suffix(path) == '.npz' else _read_parquet
    if not path.is_file():
        raise FileNotFoundError(f'{path}: no such file of embeddings')
    try:
        return build(**read(path))
    except ImportError:
        raise  # says what to install
    except Exception as error:  # a broken file fails in whatever way
        raise ValueError(
            f'{path}: not a file of embeddings, or a broken one '
            f'({clip(repr(error), 200)}); make one with tools/embed.py or '
            'VideoEmbedding.save'
        ) from error


def check_texts(filename: Any, provenance: Any) -> None:
    """Check the parts of an embedding that are no arrays.

    Raises:
        ValueError: The file name is no text, or the provenance not texts by name.
    """
    if not isinstance(filename, str):
        raise ValueError(f'filename must be a text, got {quote(filename)}')
    is_dict = isinstance(provenance, dict)
    if not is_dict or not all(
        isinstance(part, str) for item in provenance.items() for part in item
    ):
        raise ValueError(f'provenance must be texts by name, got {quote(provenance)}')


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in EMBEDDING_SUFFIXES:
        known = ' or '.join(EMBEDDING_SUFFIXES)
        raise ValueError(
            f'{path}: embeddings are kept in {known} files, not {suffix!r}'
        )
    return suffix


def _npz_writer(fields: dict[str, Any]) -> Callable[[IO[bytes]], Any]:
    arrays = {name: value for name, value in fields.items() if value is not None}
    arrays['provenance'] = json.dumps(arrays['provenance'], sort_keys=True)
    return lambda stream: np.savez(stream, **arrays)


def _read_npz(path: Path) -> dict[str, Any]:
    with open_npz(path) as file:
        # All that is there, and so every checksum.
        arrays = {name: file[name] for name in file.files}
    return dict(
        filename=str(arrays['filename']),
        embeddings=arrays['embeddings'],
        timestamps=arrays['timestamps'],
        fps=float(arrays['fps']),
        provenance=parse_json(str(arrays['provenance'])),
        frame_features=arrays.get('frame_features'),
    )


def _parquet_writer(fields: dict[str, Any]) -> Callable[[IO[bytes]], Any]:
    pyarrow, parquet = _pyarrow()

    def vectors(rows: np.ndarray) -> Any:
        values = pyarrow.array(rows.reshape(-1))
        return pyarrow.FixedSizeListArray.from_arrays(values, rows.shape[1])

    columns = {
        'timestamp': fields['timestamps'],
        'embedding': vectors(fields['embeddings']),
    }
    if fields['frame_features'] is not None:
        columns['frame_features'] = vectors(fields['frame_features'])
    metadata = {
        'filename': os.fsencode(fields['filename']),
        'fps': repr(float(fields['fps'])),
        'provenance': json.dumps(fields['provenance'], sort_keys=True),
        CHECKSUM: str(_checksum(fields)),
    }
    table = pyarrow.table(columns).replace_schema_metadata(metadata)
    return lambda stream: parquet.write_table(table, stream)


def _read_parquet(path: Path) -> dict[str, Any]:
    with _open_parquet(path) as file:
        table = file.read(use_threads=False)
    metadata = table.schema.metadata or {}

    def rows(name: str) -> np.ndarray:
        vectors = table.column(name).combine_chunks()
        values: np.ndarray = vectors.flatten().to_numpy(zero_copy_only=False)
        return values.reshape(-1, vectors.type.list_size)

    has_features = 'frame_features' in table.column_names
    fields = dict(
        filename=os.fsdecode(metadata[b'filename']),
        embeddings=rows('embedding'),
        timestamps=table.column('timestamp').to_numpy(),
        fps=float(metadata[b'fps']),
        provenance=parse_json(metadata[b'provenance']),
        frame_features=rows('frame_features') if has_features else None,
    )
    written = metadata.get(CHECKSUM.encode())  # older files have none
    if written is not None and int(written) != _checksum(fields):
        raise ValueError('its checksum is not that of its content')
    return fields


def _checksum(fields: dict[str, Any]) -> int:
    """Return a CRC-32 of all fields, as parquet's own are of its pages alone."""
    about = [fields['filename'], repr(float(fields['fps'])), fields['provenance']]
    value = zlib.crc32(json.dumps(about, sort_keys=True).encode())
    for name in ('embeddings', 'timestamps', 'frame_features'):
        array = fields[name]
        if array is not None:
            value = zlib.crc32(f'{name} {array.shape} {array.dtype}'.encode(), value)
            value = zlib.crc32(np.ascontiguousarray(array).data, value)
    return value


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
