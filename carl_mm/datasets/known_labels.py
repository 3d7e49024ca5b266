"""What a labels CSV or an annotation file knows about some videos."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from carl_mm.datasets.annotations import check_rows_fit, frame_labels, load_annotations
from carl_mm.datasets.converters.formats.folder_csv import (
    read_labels,
    row_span_problems,
)
from carl_mm.datasets.problems import refuse

Spans = list[tuple[int, int, str]]  # first frame, last frame, phase


def known_labels(
    path: str | Path, lengths: Mapping[str, int]
) -> tuple[list[np.ndarray | None], list[str]]:
    """Read the labels of some videos from a file of many.

    A name in the file is meant if the video's path ends in it; the longest such name
    counts.

    Args:
        path: Labels CSV as people and `tools/label_phases.py` write it, or an
            annotation file (.json).
        lengths: Number of frames of each video, by its path.

    Returns:
        The labels of each video, ``(T,)`` int64 indices into the phases and -1 where
        unlabelled, or None if the file does not name the video; and the names of the
        phases of these videos.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is bad, or rows do not fit a video.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f'{path}: no such file')
    read = _annotated_spans if path.suffix.lower() == '.json' else _labelled_spans
    found, phases = read(path, lengths)
    labels = []
    for video, spans in zip(lengths, found, strict=True):
        rows = [(first, last, phases.index(name)) for first, last, name in spans or ()]
        known = None if spans is None else frame_labels(rows, lengths[video])
        labels.append(known)
    return labels, phases


def _labelled_spans(
    path: Path, lengths: Mapping[str, int]
) -> tuple[list[Spans | None], list[str]]:
    """Read a CSV; phases are in the order of their mean first frames."""
    rows, _ = read_labels(path, None, None, None)
    names = {row.filename for row in rows}
    meant = [_meant(video, names) for video in lengths]
    sizes = zip(meant, lengths.values(), strict=True)
    known = {name: length for name, length in sizes if name is not None}
    rows = [row for row in rows if row.filename in known]
    refuse(str(path), row_span_problems(rows, known))
    starts: dict[str, list[int]] = {}
    for row in rows:
        starts.setdefault(row.phase, []).append(row.first)
    phases = sorted(starts, key=lambda name: (float(np.mean(starts[name])), name))
    spans: dict[str, Spans] = {}
    for row in rows:
        spans.setdefault(row.filename, []).append((row.first, row.last, row.phase))
    return [None if name is None else spans[name] for name in meant], phases


def _annotated_spans(
    path: Path, lengths: Mapping[str, int]
) -> tuple[list[Spans | None], list[str]]:
    """Read an annotation file; phases are in the order of its lists."""
    annotations = load_annotations(path)
    entries = {e['filename']: e for e in annotations['data_list'] if 'phases' in e}
    found: list[Spans | None] = []
    phases: list[str] = []
    for video, length in lengths.items():
        name = _meant(video, entries)
        if name is None:
            found.append(None)
            continue
        check_rows_fit(entries[name], length, str(path))
        names = annotations['metainfo']['phases'][entries[name]['action']]
        phases += [phase for phase in names if phase not in phases]
        rows = entries[name]['phases']
        found.append([(first, last, names[label]) for first, last, label in rows])
    return found, phases


def _meant(video: str, names: Mapping[str, object] | set[str]) -> str | None:
    parts = Path(os.path.abspath(video)).parts
    tails = [(len(p), name) for name in names if (p := _tail(name, parts))]
    return max(tails)[1] if tails else None


def _tail(name: str, parts: Sequence[str]) -> tuple[str, ...]:
    """Return the parts of a name if a path ends in them."""
    own = PurePosixPath(name).parts
    return own if own == tuple(parts[len(parts) - len(own) :]) else ()
