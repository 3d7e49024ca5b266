"""What a labels CSV or an annotation file knows about some videos."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from carl_mm.datasets.annotations import check_rows_fit, frame_labels, load_annotations
from carl_mm.datasets.converters.formats.annotations.forms import find_form
from carl_mm.datasets.converters.formats.annotations.source import Source
from carl_mm.datasets.converters.formats.folder_csv import read_labels
from carl_mm.datasets.converters.formats.tables.frame_count import (
    FROM_ZERO,
    FrameCount,
)
from carl_mm.datasets.converters.formats.tables.label_frames import fit_labels
from carl_mm.datasets.converters.formats.tables.label_rows import LabelTable
from carl_mm.datasets.converters.formats.tables.listed_names import plain_name

Spans = list[tuple[int, int, str]]  # first frame, last frame, phase


def known_labels(
    path: str | Path,
    timestamps: Mapping[str, np.ndarray],
    count: FrameCount = FROM_ZERO,
    remarks: list[str] | None = None,
) -> tuple[list[np.ndarray | None], list[str]]:
    """Read the labels of some videos from a file of many.

    A name in the file is meant if the video's path ends in it; the longest such name
    counts.

    Args:
        path: Labels CSV as people and `tools/label_phases.py` write it, a file of
            another program, see `read_labels`, or an annotation file (.json).
        timestamps: When the frames of each video begin to be shown, ``(T,)`` in
            seconds, by its path.
        count: How a labels CSV counts frames.
        remarks: List that takes what may not be as intended, a line each.

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
    if is_annotation_file(path):
        lengths = {video: len(times) for video, times in timestamps.items()}
        found, phases = _annotated_spans(path, lengths)
    else:
        # Other programs name videos in ways that only their paths tell.
        names = list(timestamps) if find_form(Source(path)) else None
        table = read_labels(path, names, None, None, count)
        found, phases = _labelled_spans(
            table, timestamps, [] if remarks is None else remarks
        )
    labels = []
    for times, spans in zip(timestamps.values(), found, strict=True):
        rows = [(first, last, phases.index(name)) for first, last, name in spans or ()]
        labels.append(None if spans is None else frame_labels(rows, len(times)))
    return labels, phases


def is_annotation_file(path: str | Path) -> bool:
    """Whether a file of labels is an annotation file, by its name and its content.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is of a broken or unknown form.
    """
    return Path(path).suffix.lower() == '.json' and find_form(Source(path)) is None


def _labelled_spans(
    table: LabelTable, timestamps: Mapping[str, np.ndarray], remarks: list[str]
) -> tuple[list[Spans | None], list[str]]:
    """Fit rows of a CSV; phases are in the order of their mean first frames."""
    names = {row.filename for row in table.rows}
    found: list[Spans | None] = []
    starts: dict[str, list[int]] = {}
    said: dict[str, None] = {}
    for video, times in timestamps.items():
        name = _meant(video, names)
        if name is None:
            found.append(None)
            continue
        rows, its_remarks = fit_labels(
            table, {name: len(times)}, {name: times}.__getitem__
        )
        said.update(dict.fromkeys(its_remarks))
        found.append([(row.first, row.last, row.phase) for row in rows])
        for row in rows:
            starts.setdefault(row.phase, []).append(row.first)
    remarks += said
    phases = sorted(starts, key=lambda name: (float(np.mean(starts[name])), name))
    return found, phases


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
    if video in names:
        return video
    parts = Path(plain_name(os.path.abspath(video))).parts
    tails = [(len(p), name) for name in names if (p := _tail(name, parts))]
    return max(tails)[1] if tails else None


def _tail(name: str, parts: Sequence[str]) -> tuple[str, ...]:
    """Return the parts of a name if a path ends in them."""
    own = PurePosixPath(plain_name(name)).parts
    return own if own == tuple(parts[len(parts) - len(own) :]) else ()
