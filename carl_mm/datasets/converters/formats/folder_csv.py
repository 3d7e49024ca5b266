"""CSV files of labels and splits, which people write for their videos."""

import unicodedata
from collections.abc import Sequence
from pathlib import Path

from carl_mm.datasets.annotations import SPLITS
from carl_mm.datasets.converters.formats.tables.csv_table import read_table
from carl_mm.datasets.converters.formats.tables.frame_count import (
    FROM_ZERO,
    FrameCount,
)
from carl_mm.datasets.converters.formats.tables.label_rows import (
    LabelTable,
    ListedLabel,
    phase_remarks,
    row_span_problems,
)
from carl_mm.datasets.converters.formats.tables.listed_names import (
    ListedNames,
    plain_name,
)
from carl_mm.datasets.converters.formats.tables.table_cells import (
    parse_frame,
    parse_seconds,
)
from carl_mm.datasets.problems import is_name_list, refuse
from carl_mm.quoting import quote

FRAMES = ('first_frame', 'last_frame')
TIMES = ('start_s', 'end_s')
# That tools/label_phases.py writes them is no reason to remark on them.
OPTIONAL_COLUMNS = ('action', 'confidence')


def read_splits(path: str | Path, filenames: list[str]) -> dict[str, str]:
    """Read a splits CSV; see `read_table`.

    Args:
        path: CSV file with the columns filename and split.
        filenames: Names of the videos that there are.

    Returns:
        The split of each video in the file, by its name.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is bad; the message lists all its problems.
    """
    table = read_table(path, ('filename', 'split'))
    known, splits, problems = ListedNames(filenames), dict[str, str](), list[str]()
    for line, row in table.rows:
        name, split = row['filename'], row['split'].lower()
        try:
            name = known.find(name)
            if name in splits:
                problems.append(f'line {line}: a second row for {quote(name)}')
        except ValueError as error:
            problems.append(f'line {line}: {error}')
        if split not in SPLITS:
            what = f'unknown split {quote(row["split"])}; known: {", ".join(SPLITS)}'
            problems.append(f'line {line}: {name}: {what}')
        splits[name] = split
    refuse(str(path), problems)
    return splits


def read_labels(
    path: str | Path,
    filenames: Sequence[str] | None,
    phases: Sequence[str] | None,
    action: str | None,
    count: FrameCount = FROM_ZERO,
) -> LabelTable:
    """Read a labels CSV; see `read_table` and, for its frames, `fit_labels`.

    Args:
        path: CSV file, see `annotations_from_folder`.
        filenames: Names of the videos that there are; None admits any.
        phases: Names that phases must be of; None admits any.
        action: Action of every video, if the file has no column of them.
        count: How the file counts frames.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is bad; the message lists all its problems.
    """
    if phases is not None and not is_name_list(list(phases)):
        raise ValueError(f'phases must be different names, got {list(phases)}')
    table = read_table(path, ('filename', 'phase'), OPTIONAL_COLUMNS, (FRAMES, TIMES))
    if 'action' in table.columns and action is not None:
        raise ValueError(f'{path}: has a column action; leave out action={action!r}')
    shared = None if 'action' in table.columns else action or 'action'
    reader = _RowReader(filenames, phases, shared, count, table.separator == ';')
    for line, cells in table.rows:
        reader.read(line, cells)
    spans = [row.row(*row.frames) for row in reader.rows if row.frames]
    refuse(str(path), reader.problems + row_span_problems(spans, {}, count))
    remarks = table.remarks() + phase_remarks(row.phase for row in reader.rows)
    named = [f'{path}: {remark}' for remark in remarks]
    return LabelTable(str(path), reader.rows, shared, count, named)


class _RowReader:
    """Collects rows and problems; see `read_labels`."""

    def __init__(
        self,
        filenames: Sequence[str] | None,
        phases: Sequence[str] | None,
        action: str | None,
        count: FrameCount,
        decimal_comma: bool,
    ) -> None:
        self._known = None if filenames is None else ListedNames(filenames)
        self._phases = phases and {_composed(phase): phase for phase in phases}
        self._action, self._count = action, count
        self._decimal_comma = decimal_comma
        self._actions: dict[str, str] = {}
        self.rows: list[ListedLabel] = []
        self.problems: list[str] = []

    def read(self, line: int, cells: dict[str, str]) -> None:
        name = cells['filename']
        try:
            name = self._known.find(name) if self._known else plain_name(name)
        except ValueError as error:
            self.problems.append(f'line {line}: {error}')
        phase = _composed(cells['phase'])
        action = self._action or _composed(cells['action'])
        found = list(self._name_problems(name, phase, action))
        frames = times = None
        has_times = cells.keys() >= set(TIMES)
        if cells.keys() >= set(FRAMES) and (
            not has_times or any(cells[column] for column in FRAMES)
        ):
            frames = self._frames(cells, found)
        if has_times and any(cells[column] for column in TIMES):
            its_problems = list[str]()
            times = self._times(cells, its_problems)
            found += its_problems if frames is None else []
        elif frames is None and not found:
            found.append('has neither frames nor times')
        self.problems += [f'line {line}: {name}: {problem}' for problem in found]
        if self._phases:
            phase = self._phases.get(phase, phase)
        if frames or times:
            label = ListedLabel(line, name, phase, action, frames, times)
            self.rows.append(label)

    def _name_problems(self, name: str, phase: str, action: str) -> list[str]:
        problems = []
        if not phase or (self._phases and phase not in self._phases):
            names = f'; known: {", ".join(self._phases)}' if self._phases else ''
            problems.append(f'unknown phase {quote(phase)}{names}')
        if not action or self._actions.setdefault(name, action) != action:
            problems.append(
                f'action {quote(action)}; a video needs one action, the same in all of '
                'its rows'
            )
        return problems

    def _frames(
        self, cells: dict[str, str], problems: list[str]
    ) -> tuple[int, int] | None:
        found = []
        for column in FRAMES:
            try:
                frame = parse_frame(cells[column], self._decimal_comma)
            except ValueError as error:
                problems.append(f'{column} {error}, got {quote(cells[column])}')
                continue
            if frame < self._count.first_frame > 0:
                problems.append(f'{column} {frame} is before frame 1, the first one')
                continue
            found.append(frame - self._count.first_frame)
        if len(found) < 2:
            return None
        return found[0], found[1] - self._count.exclusive_end

    def _times(
        self, cells: dict[str, str], problems: list[str]
    ) -> tuple[float, float] | None:
        found = []
        for column in TIMES:
            try:
                found.append(parse_seconds(cells[column], self._decimal_comma))
            except ValueError as error:
                problems.append(f'{column} {error}, got {quote(cells[column])}')
        if len(found) < 2:
            return None
        if found[0] >= found[1]:
            problems.append(f'start_s {found[0]:g} is not before end_s {found[1]:g}')
            return None
        return found[0], found[1]


def _composed(text: str) -> str:
    return unicodedata.normalize('NFC', text)
