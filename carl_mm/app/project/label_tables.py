"""Tables of saved rows, as the commands write them and people edit them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from carl_mm.apis.phases.segments import COLUMNS, MORE_COLUMNS, PhaseSegment
from carl_mm.app.project.phase_rows import Rows, check_rows, clean_name
from carl_mm.datasets.converters.formats.tables.csv_table import PADDING, read_table
from carl_mm.datasets.converters.formats.tables.listed_names import plain_name
from carl_mm.datasets.converters.formats.tables.table_cells import (
    parse_frame,
    parse_seconds,
)
from carl_mm.datasets.problems import refuse

Segments = dict[str, list[PhaseSegment]]


def read_segments(path: Path, names: Iterable[str]) -> Segments:
    """Read rows as `rows_csv` and `write_phase_csv` write them, or as people edit them.

    Args:
        path: File to read. If there is none, or none but its header, there are no rows.
        names: Videos that there are. A name in the file that differs from one of them
            in spelling alone, see `plain_name`, means it; any others are kept.

    Returns:
        The rows of each video, in order. A confidence that is not told is 1.

    Raises:
        ValueError: The file is bad; the message lists all its problems.
    """
    if not path.exists() or _has_no_row(path):
        return {}
    table = read_table(path, COLUMNS, MORE_COLUMNS)
    known = {_spelt(name): name for name in sorted(names, reverse=True)}
    exact = set(known.values()) | set(names)
    found: Segments = {}
    problems = []
    for line, cells in table.rows:
        name = cells['filename']
        name = name if name in exact else known.get(_spelt(name), name)
        try:
            segment = _segment(cells)
        except ValueError as error:
            problems.append(f'line {line}: {name}: {error}')
            continue
        found.setdefault(name, []).append(segment)
    refuse(str(path), problems)
    for segments in found.values():
        segments.sort(key=lambda s: (s.first_frame, s.last_frame))
    check_rows(
        {name: rows_of_segments(segments) for name, segments in found.items()},
        dict.fromkeys(found),
        str(path),
    )
    return found


def rows_of_segments(segments: Iterable[PhaseSegment]) -> Rows:
    """Return segments as rows of first frame, last frame and phase."""
    return [[s.first_frame, s.last_frame, s.phase] for s in segments]


def all_rows(segments: Mapping[str, Iterable[PhaseSegment]]) -> dict[str, Rows]:
    """Return the segments of many videos as rows."""
    return {name: rows_of_segments(own) for name, own in segments.items()}


def segments_of_rows(rows: Rows) -> list[PhaseSegment]:
    """Return rows in order, as segments that are certain."""
    return [
        PhaseSegment(first, last, clean_name(phase), -1, 1.0)
        for first, last, phase in sorted(rows)
    ]


def renamed(segments: Segments, old: str, new: str) -> Segments:
    """Return segments with another name of a phase."""
    return {
        name: [replace(s, phase=new) if s.phase == old else s for s in own]
        for name, own in segments.items()
    }


def _segment(cells: dict[str, str]) -> PhaseSegment:
    first, last = (parse_frame(cells[column]) for column in COLUMNS[1:3])
    # Numbers that are not negative.
    told = [cells.get(column) for column in MORE_COLUMNS]
    start_s, end_s, sure = (parse_seconds(text) if text else None for text in told)
    confidence = 1.0 if sure is None else min(sure, 1.0)
    phase = clean_name(cells['phase'])
    return PhaseSegment(first, last, phase, -1, confidence, start_s, end_s)


def _spelt(name: str) -> str:
    """Return a name without what a table does not keep of it."""
    return PADDING.sub('', plain_name(name))


def _has_no_row(path: Path) -> bool:
    lines = path.read_bytes().strip().splitlines()
    return len(lines) == 1 and lines[0].startswith(COLUMNS[0].encode())
