"""Tables as people's programs write them: CSV of any common form."""

import csv
import io
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from carl_mm.datasets.converters.formats.tables.table_text import read_text
from carl_mm.datasets.problems import refuse
from carl_mm.quoting import clip, quote
from carl_mm.tables import read_cell

SEPARATORS = (',', ';', '\t')
# At the ends of cells: spaces of all kinds, and marks that nobody sees.
PADDING = re.compile(r'^[\s\ufeff\u200b]+|[\s\ufeff\u200b]+$')


@dataclass(frozen=True)
class Table:
    """A table with named columns.

    Args:
        separator: What stands between two cells of a row.
        columns: Names of the columns that are known.
        rows: Line of each row in the file, from 1, and its cells by their columns.
        unread: Names of the other columns.
    """

    separator: str
    columns: frozenset[str]
    rows: list[tuple[int, dict[str, str]]]
    unread: list[str]

    def remarks(self) -> list[str]:
        """Say which columns are not read."""
        names = ', '.join(map(quote, self.unread))
        return [f'not read: {names}'] if names else []


def read_table(
    path: str | Path,
    required: Collection[str],
    optional: Collection[str] = (),
    one_of: Collection[Collection[str]] = (),
) -> Table:
    """Read a CSV file.

    Commas, semicolons or tabs separate its cells, or what a first line ``sep=;`` says.
    It is in UTF-8, or in UTF-16 with a byte order mark, as Excel's 'Unicode text' is.
    Case, spaces and hyphens do not matter in names of columns, lines before them that
    are blank or start with # are skipped, and so are columns that are not known.

    Args:
        path: CSV file.
        required: Names of the columns that there must be.
        optional: Names of other columns that are read.
        one_of: Groups of columns, of which one must be there whole; all are read.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is no such table; the message lists all its problems.
    """
    known = {*required, *optional, *(name for names in one_of for name in names)}
    lines = _Lines(read_text(path))
    separator = lines.find_separator(known)
    try:
        found = lines.cells(separator)
    except csv.Error as error:
        raise ValueError(f'{path}: not a CSV file: {clip(error)}') from error
    (first, names), *rows = found or [(1, [])]
    header = [_column(name) for name in names]
    problems = _header_problems(first, header, required, one_of, known)
    if not problems and not rows:
        problems.append('has no row under its header')
    for line, cells in rows:
        problems += _row_problems(line, cells, header, known)
    refuse(str(path), problems)
    return Table(
        separator,
        frozenset(known.intersection(header)),
        [(line, _by_column(header, cells, known)) for line, cells in rows],
        [names[i] for i, name in enumerate(header) if name and name not in known],
    )


class _Lines:
    """The lines of a text from the names of the columns on.

    Args:
        text: The text; its lines end in any way.
    """

    def __init__(self, text: str) -> None:
        lines = list(io.StringIO(text, newline=''))
        self.separator = None
        first = PADDING.sub('', lines[0]) if lines else ''
        self.skipped = 0
        if re.fullmatch(r'"?sep=.?"?', first, re.IGNORECASE):
            # A tab at the end of the line is padding.
            self.separator = first.strip('"')[4:] or '\t'
            self.skipped = 1
        while self.skipped < len(lines) and _is_skipped(lines[self.skipped]):
            self.skipped += 1
        self.lines = lines[self.skipped :]

    def find_separator(self, known: Collection[str]) -> str:
        """Return the separator by which most columns are known."""
        if self.separator is not None or not self.lines:
            return self.separator or SEPARATORS[0]

        def num_known(separator: str) -> int:
            names = self.lines[0].split(separator)
            return sum(_column(PADDING.sub('', n).strip('"')) in known for n in names)

        return max(SEPARATORS, key=num_known)

    def cells(self, separator: str) -> list[tuple[int, list[str]]]:
        """Return the rows that are not empty, each with the number of its line."""
        # Without strict, a quote that is not closed would swallow what follows.
        reader = csv.reader(self.lines, delimiter=separator, strict=True)
        rows = []
        for values in reader:
            cells = [PADDING.sub('', value) for value in values]
            if any(cells):
                rows.append((self.skipped + reader.line_num, cells))
        return rows


def _column(name: str) -> str:
    return re.sub(r'[\s-]+', '_', name.lower())


def _is_skipped(line: str) -> bool:
    text = PADDING.sub('', line)
    return not text.strip(',;\t') or text.startswith('#')


def _header_problems(
    line: int,
    header: list[str],
    required: Collection[str],
    one_of: Collection[Collection[str]],
    known: Collection[str],
) -> list[str]:
    there = set(header)
    best = max(one_of, key=lambda names: len(there.intersection(names)), default=())
    problems = [
        f'line {line}: repeated column {column!r}'
        for column in sorted(known)
        if header.count(column) > 1
    ]
    missing = sorted({*required, *best} - there)
    if missing:
        names = ', '.join(map(repr, missing))
        problem = f'line {line}: missing column {names} in {quote(",".join(header))}'
        if there.isdisjoint(best):
            others = [' and '.join(names) for names in one_of if names != best]
            problem += ''.join(f'; or {each}' for each in others)
        problems.append(problem)
    return problems


def _row_problems(
    line: int, cells: list[str], header: list[str], known: Collection[str]
) -> list[str]:
    if len(cells) < len(header) or any(cells[len(header) :]):
        text = quote(','.join(cells))
        return [f'line {line}: expected {len(header)} fields, got {text}']
    return [
        f'line {line}: {name} has a line break, as if a quote were not closed: '
        f'{quote(cell)}'
        for name, cell in zip(header, cells, strict=False)
        if name in known and re.search(r'[\r\n]', cell)
    ]


def _by_column(
    header: list[str], cells: list[str], known: Collection[str]
) -> dict[str, str]:
    return {
        name: read_cell(cell)
        for name, cell in zip(header, cells, strict=False)
        if name in known
    }
