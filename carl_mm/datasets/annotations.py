"""Annotations of videos: the JSON format and its checks.

``{"metainfo": {"phases": {ACTION: [PHASE, ...]}}, "data_list": [{"filename": ...,
"split": ..., "action": ..., "num_frames": ..., "view": ..., "phases": [[first, last,
label], ...]}]}``. Only ``filename`` and ``split`` are required.

``filename`` is the video's path relative to the folder of videos: ``data_prefix`` of a
dataset. A sample of the dataset has the joined path as ``filename``, and the one
written here as ``name``.

Both ends of a row of ``phases`` are counted in; ``label`` indexes the action's list in
``metainfo``. ``view`` names a camera, such as 'ego' or 'exo'; metrics of retrieval can
search from one to the other.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from carl_mm.datasets.problems import is_name_list, overlaps, refuse, span_problem
from carl_mm.json_files import read_json
from carl_mm.quoting import quote

SPLITS = ('train', 'val', 'test')


def frame_labels(phases: Sequence[Sequence[int]], num_frames: int) -> np.ndarray:
    """Spread phase rows over the frames of a video.

    Args:
        phases: Rows ``[first, last, label]``, both ends counted in.
        num_frames: Number of frames of the video.

    Returns:
        ``(T,)`` int64; -1 where there is no row.

    Raises:
        ValueError: A row is malformed, overlaps another or ends past the video's end.
    """
    refuse('phases', list(_row_problems(phases, num_frames=num_frames)))
    labels = np.full(num_frames, -1, dtype=np.int64)
    for first, last, label in phases:
        labels[first : last + 1] = label
    return labels


def load_annotations(path: str | Path) -> dict[str, Any]:
    """Read and check an annotation file.

    Args:
        path: JSON file, see this module's docstring.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is not JSON, or not of this format; the message names the
            file, the row and the value.
    """
    annotations: dict[str, Any] = read_json(path)
    validate_annotations(annotations, str(path))
    return annotations


def validate_annotations(annotations: Any, source: str) -> None:
    """Check that annotations have this module's format; report all problems at once.

    Keys of ``metainfo`` other than ``phases`` are not checked: they are the user's.

    Args:
        annotations: Content of the JSON file.
        source: Name of the file, for the message.

    Raises:
        ValueError: They have not; the message names the source, the entry, the row and
            the value.
    """
    refuse(source, list(_annotation_problems(annotations)))


def check_rows_fit(entry: dict[str, Any], num_frames: int, source: str) -> None:
    """Check that phase rows fit into a video whose length has been read from its file.

    Args:
        entry: Entry of ``data_list``.
        num_frames: Number of frames of the video.
        source: Name of the annotation file, for the message.

    Raises:
        ValueError: They do not; the message names the source, the video, the row and
            the length.
    """
    problems = _row_problems(entry.get('phases', []), num_frames=num_frames)
    refuse(source, [f'{entry["filename"]}: {problem}' for problem in problems])


def _annotation_problems(annotations: Any) -> Iterator[str]:
    if not isinstance(annotations, dict):
        yield f'must be a mapping, got {type(annotations).__name__}'
        return
    missing = list(_key_problems(annotations, {'metainfo', 'data_list'}))
    if missing:
        yield from missing
        return
    metainfo, entries = annotations['metainfo'], annotations['data_list']
    if not isinstance(metainfo, dict):
        yield f'metainfo must be a mapping, got {quote(metainfo)}'
        return
    if not (isinstance(entries, list) and entries):
        yield f'data_list must be a list of at least one video, got {quote(entries)}'
        return
    phases = metainfo.get('phases', {})
    if not isinstance(phases, dict) or not all(map(is_name_list, phases.values())):
        yield (
            'metainfo.phases must map each action to a list of different phase '
            f'names, got {quote(phases)}'
        )
        return
    first_use: dict[tuple[str, str], int] = {}
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict):
            yield f'data_list[{index}] must be a mapping, got {quote(entry)}'
            continue
        name = entry.get('filename')
        for problem in _entry_problems(entry, phases):
            yield f'data_list[{index}] ({name}): {problem}'
        # A video may be in two splits, with labels of its own in each, as in FineGym.
        first = first_use.setdefault((str(name), str(entry.get('split'))), index)
        if isinstance(name, str) and first != index:
            yield (
                f'data_list[{index}] ({name}): has the file and the split of '
                f'data_list[{first}]'
            )


def _key_problems(
    mapping: dict[str, Any], required: set[str], optional: frozenset[str] = frozenset()
) -> Iterator[str]:
    for key in sorted(required - mapping.keys()):
        yield f'missing key {key!r}'
    for key in sorted(mapping.keys() - required - optional):
        yield f'unknown key {quote(key)}; known: {sorted(required | optional)}'


def _entry_problems(
    entry: dict[str, Any], phases: dict[str, list[str]]
) -> Iterator[str]:
    optional = frozenset({'action', 'num_frames', 'phases', 'view'})
    yield from _key_problems(entry, {'filename', 'split'}, optional)
    for key in ('filename', 'action', 'view'):
        if key in entry and not (isinstance(entry[key], str) and entry[key]):
            yield f'{key} must be a name, got {quote(entry[key])}'
    if 'split' in entry and entry['split'] not in SPLITS:
        yield f'unknown split {quote(entry["split"])}; known: {", ".join(SPLITS)}'
    length: Any = entry.get('num_frames')
    if 'num_frames' in entry and not (_is_int(length) and length > 0):
        yield f'num_frames must be a positive integer, got {quote(length)}'
        length = None
    if 'phases' not in entry:
        return
    action = entry.get('action')
    if not isinstance(entry['phases'], list):
        phases_found = quote(entry['phases'])
        yield f'phases must be a list of [first, last, label], got {phases_found}'
    elif action is None:
        yield 'has phases but no action, whose list in metainfo.phases names them'
    elif not (isinstance(action, str) and action in phases):
        yield f'the phases of action {quote(action)} are not listed in metainfo.phases'
    else:
        yield from _row_problems(entry['phases'], length, len(phases[action]))


def _row_problems(
    rows: Sequence[Any], num_frames: int | None = None, num_phases: int | None = None
) -> Iterator[str]:
    spans = []
    for index, row in enumerate(rows):
        where = f'phases[{index}] {quote(row)}'
        is_row = isinstance(row, Sequence) and len(row) == 3 and all(map(_is_int, row))
        if not is_row:
            yield f'{where}: must be three integers [first, last, label]'
            continue
        first, last, label = row
        if label < 0 or (num_phases is not None and label >= num_phases):
            end = '' if num_phases is None else f' to {num_phases - 1}'
            yield f'{where}: label {label} is outside 0{end}'
        problem = span_problem(first, last, num_frames)
        if problem:
            yield f'{where}: {problem}'
        else:
            spans.append((first, last, where))
    for where, other in overlaps(spans):
        yield f'{where}: overlaps {other}'


def _is_int(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
