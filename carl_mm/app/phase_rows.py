"""Phases as rows of first frame, last frame (counted in) and name."""

from typing import Any

import numpy as np

from carl_mm.apis.phases.segments import COLUMNS
from carl_mm.datasets.problems import overlaps, refuse, span_problem
from carl_mm.functional.label_runs import label_runs
from carl_mm.quoting import quote
from carl_mm.tables import csv_text

Rows = list[list[Any]]


def check_rows(labels: dict[str, Rows], lengths: dict[str, int]) -> None:
    """Check rows, and report all problems at once.

    Args:
        labels: Rows of each video, by its name.
        lengths: Number of frames of each video, by its name.

    Raises:
        ValueError: A row is malformed, ends past its video's end, overlaps another or
            has no name.
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
    refuse('phases', problems)


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


def rows_csv(labels: dict[str, Rows]) -> str:
    """Return rows as a labels CSV, which the folder converter reads."""
    rows = [(name, *row) for name in sorted(labels) for row in sorted(labels[name])]
    return csv_text(COLUMNS, rows)


def _row_problem(row: list[Any], length: int) -> str | None:
    if len(row) != 3 or not all(type(value) is int for value in row[:2]):
        return 'not a row of first frame, last frame, phase'
    if not isinstance(row[2], str) or not row[2].strip():
        return 'the phase has no name'
    return span_problem(row[0], row[1], length)
