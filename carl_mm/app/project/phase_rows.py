"""Phases as rows of first frame, last frame (counted in) and name."""

import unicodedata
from collections.abc import Mapping
from typing import Any

import numpy as np

from carl_mm.apis.phases.segments import COLUMNS
from carl_mm.datasets.converters.formats.tables.csv_table import PADDING
from carl_mm.datasets.problems import overlaps, refuse, span_problem
from carl_mm.functional.label_runs import label_runs
from carl_mm.quoting import quote
from carl_mm.tables import csv_text

Rows = list[list[Any]]
MAX_NAME_LENGTH = 200
UNWRITABLE = ('Cc', 'Cs', 'Zl', 'Zp')  # controls, halves of letters, ends of lines


def check_rows(
    labels: Mapping[str, Rows],
    lengths: Mapping[str, int | None],
    source: str = 'phases',
) -> None:
    """Check rows, and report all problems at once.

    Args:
        labels: Rows of each video, by its name.
        lengths: Number of frames of each video, by its name; None if it is not known.
        source: What has the rows, a file say; the message starts with it.

    Raises:
        ValueError: A row is malformed, ends past its video's end, overlaps another or
            has no name that can be written.
    """
    problems = list[str]()
    for name, rows in labels.items():
        spans = []
        for row in rows:
            problem = _row_problem(row, lengths[name])
            if problem:
                problems.append(f'{name}: {quote(row)}: {problem}')
            else:
                spans.append((row[0], row[1], str(row)))
        problems += [
            f'{name}: {row} overlaps {other}' for row, other in overlaps(spans)
        ]
    refuse(source, problems)


def dense_labels(rows: Rows, phases: list[str], length: int) -> np.ndarray:
    """Return ``(length,)`` int64 indices into the phases, -1 where there is none."""
    labels = np.full(length, -1)
    for first, last, phase in rows:
        labels[first : last + 1] = phases.index(phase)
    return labels


def rows_of(labels: np.ndarray, phases: list[str]) -> Rows:
    """Return runs of one label as rows; see `dense_labels`."""
    return [
        [first, last, phases[label]]
        for first, last, label in label_runs(labels).tolist()
        if label >= 0
    ]


def rows_csv(labels: Mapping[str, Rows]) -> str:
    """Return rows as a labels CSV, which the folder converter reads."""
    rows = [(name, *row) for name in sorted(labels) for row in sorted(labels[name])]
    return csv_text(COLUMNS, rows)


def clean_name(phase: str) -> str:
    """Return the name of a phase as it is read from a file: NFC, without padding."""
    return PADDING.sub('', unicodedata.normalize('NFC', phase))


def name_problem(phase: object) -> str | None:
    """Say what is wrong with the name of a phase, if anything is."""
    if not isinstance(phase, str) or not clean_name(phase):
        return 'the phase has no name'
    if len(phase) > MAX_NAME_LENGTH:
        return f'the name of the phase is longer than {MAX_NAME_LENGTH} characters'
    if any(unicodedata.category(letter) in UNWRITABLE for letter in phase):
        return 'the name of the phase has a character that cannot be written in a row'
    return None


def _row_problem(row: list[Any], length: int | None) -> str | None:
    if len(row) != 3 or not all(type(value) is int for value in row[:2]):
        return 'not a row of first frame, last frame, phase'
    return name_problem(row[2]) or span_problem(row[0], row[1], length)
