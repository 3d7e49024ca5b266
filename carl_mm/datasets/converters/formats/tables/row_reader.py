"""Rows of a table of labels, as people write them."""

import unicodedata
from collections.abc import Sequence

from carl_mm.datasets.converters.formats.annotations.foreign import confidence
from carl_mm.datasets.converters.formats.tables.frame_count import FrameCount
from carl_mm.datasets.converters.formats.tables.label_rows import ListedLabel
from carl_mm.datasets.converters.formats.tables.listed_names import (
    ListedNames,
    plain_name,
)
from carl_mm.datasets.converters.formats.tables.table_cells import (
    parse_frame,
    parse_seconds,
)
from carl_mm.quoting import quote

FRAMES = ('first_frame', 'last_frame')
TIMES = ('start_s', 'end_s')


class RowReader:
    """Collects rows and problems.

    Args:
        filenames: Names of the videos that there are; None admits any.
        phases: Names that phases must be of; None admits any.
        action: Action of every video; None if the table has a column of them.
        count: How the table counts frames.
        decimal_comma: Whether 1,5 is a number.

    Attributes:
        rows: Those that were read, without the bad ones.
        problems: What is wrong, a clause each.
        num_unsure: Number of rows whose confidence is none.
    """

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
        self.num_unsure = 0

    def read(self, line: int, cells: dict[str, str]) -> None:
        """Read the row of a line, by the names of its columns."""
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
            told = cells.get('confidence')
            trust = confidence(told)
            self.num_unsure += bool(told) and trust is None
            label = ListedLabel(line, name, phase, action, frames, times, trust)
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
