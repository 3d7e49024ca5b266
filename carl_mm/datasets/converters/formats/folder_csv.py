"""CSV files of labels and splits, which people write for their videos."""

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from carl_mm.datasets.annotations import SPLITS
from carl_mm.datasets.problems import (
    is_name_list,
    overlaps,
    refuse,
    span_problem,
)
from carl_mm.quoting import clip, quote
from carl_mm.tables import read_cell

OPTIONAL_COLUMNS = frozenset({'action', 'start_s', 'end_s', 'confidence'})


@dataclass(frozen=True)
class LabelRow:
    """A row of a labels CSV.

    Args:
        line: Number of its line in the file, from 1.
        filename: Name of the video.
        first: First frame of the phase.
        last: Last frame of the phase, counted in.
        phase: Name of the phase.
        action: Action of the video.
    """

    line: int
    filename: str
    first: int
    last: int
    phase: str
    action: str


def _read_csv(
    path: str | Path, required: set[str], optional: frozenset[str] = frozenset()
) -> tuple[list[tuple[int, dict[str, str]]], set[str]]:
    """Return rows as (line, stripped values), and the header's columns."""
    try:
        # Spreadsheets write a byte order mark at the start.
        with open(path, encoding='utf-8-sig', newline='') as file:
            reader = csv.reader(file)
            header = [column.strip() for column in next(reader, [])]
            rows = [(reader.line_num, values) for values in reader if any(values)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f'{path}: not a CSV file in UTF-8: {clip(error)}') from error
    problems = [
        f'line 1: missing column {column!r} in {quote(",".join(header))}'
        for column in sorted(required - set(header))
    ]
    for column in header:
        if column not in required | optional or header.count(column) > 1:
            problems.append(f'line 1: unknown or repeated column {quote(column)}')
    for line, values in rows:
        if len(values) != len(header):
            text = ','.join(values)
            problems.append(
                f'line {line}: expected {len(header)} fields, got {quote(text)}'
            )
    if not problems and not rows:
        problems.append('has no row under its header')
    refuse(str(path), problems)
    fields = [
        (line, dict(zip(header, map(_cell, values), strict=True)))
        for line, values in rows
    ]
    return fields, set(header)


def _cell(text: str) -> str:
    return read_cell(text.strip())


def read_splits(path: str | Path, filenames: list[str]) -> dict[str, str]:
    """Read a splits CSV.

    Args:
        path: CSV file with the columns filename and split.
        filenames: Names of the videos that there are.

    Returns:
        The split of each video in the file, by its name.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is bad; the message lists all its problems.
    """
    rows, _ = _read_csv(path, {'filename', 'split'})
    known, splits, problems = set(filenames), dict[str, str](), list[str]()
    for line, row in rows:
        name, split = row['filename'], row['split']
        if name not in known:
            problems.append(f'line {line}: unknown file {quote(name)}')
        elif name in splits:
            problems.append(f'line {line}: a second row for {quote(name)}')
        if split not in SPLITS:
            problems.append(
                f'line {line}: {name}: unknown split {quote(split)}; '
                f'known: {", ".join(SPLITS)}'
            )
        splits[name] = split
    refuse(str(path), problems)
    return splits


def read_labels(
    path: str | Path,
    filenames: list[str] | None,
    phases: Sequence[str] | None,
    action: str | None,
) -> tuple[list[LabelRow], str | None]:
    """Read a labels CSV.

    Args:
        path: CSV file, see `annotations_from_folder`. The times and the confidence
            that `tools/label_phases.py` writes may be there; they are not read.
        filenames: Names of the videos that there are; None admits any.
        phases: Names that phases must be of; None admits any.
        action: Action of every video, if the file has no column of them.

    Returns:
        The rows, and the action of every video or None if the file has a column of
        them.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is bad; the message lists all its problems.
    """
    required = {'filename', 'first_frame', 'last_frame', 'phase'}
    fields, columns = _read_csv(path, required, OPTIONAL_COLUMNS)
    if 'action' in columns and action is not None:
        raise ValueError(f'{path}: has a column action; leave out action={action!r}')
    if phases is not None and not is_name_list(list(phases)):
        raise ValueError(f'phases must be different names, got {list(phases)}')
    shared = None if 'action' in columns else action or 'action'
    known = None if filenames is None else set(filenames)
    actions = dict[str, str]()
    rows, problems = list[LabelRow](), list[str]()
    for line, field in fields:
        name, phase = field['filename'], field['phase']
        its_action = shared or field['action']
        where = f'line {line}: {name}:'
        if known is not None and name not in known:
            problems.append(f'line {line}: unknown file {quote(name)}')
        if not phase or (phases is not None and phase not in phases):
            names = '' if phases is None else f'; known: {", ".join(phases)}'
            problems.append(f'{where} unknown phase {quote(phase)}{names}')
        if not its_action or actions.setdefault(name, its_action) != its_action:
            problems.append(
                f'{where} action {quote(its_action)}; a video needs one action, the '
                'same in all of its rows'
            )
        span = []
        for column in ('first_frame', 'last_frame'):
            try:
                span.append(int(field[column]))
            except ValueError:
                problems.append(
                    f'{where} {column} must be an integer, got {quote(field[column])}'
                )
        if len(span) == 2:
            rows.append(LabelRow(line, name, span[0], span[1], phase, its_action))
    problems += row_span_problems(rows, {})
    refuse(str(path), problems)
    return rows, shared


def row_span_problems(rows: list[LabelRow], lengths: dict[str, int]) -> list[str]:
    """List rows with bad ends, rows past the end of their video, and overlaps.

    Args:
        rows: Rows of a labels CSV.
        lengths: Number of frames of each video whose length is known, by its name.
    """
    problems, spans = list[str](), defaultdict(list)
    for row in rows:
        problem = span_problem(row.first, row.last, lengths.get(row.filename))
        if problem:
            problems.append(f'line {row.line}: {row.filename}: {problem}')
        else:
            name = f'line {row.line} ({row.first} to {row.last})'
            spans[row.filename].append((row.first, row.last, name))
    for filename, its_spans in spans.items():
        for name, other in overlaps(its_spans):
            problems.append(f'{filename}: {name} overlaps {other}')
    return problems
