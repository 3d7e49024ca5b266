"""CSV: the one place where it is written, and the cells that it protects.

A spreadsheet runs a cell that begins with = + - @, a tab or a carriage return. Such a
text is written with an apostrophe before it, which a spreadsheet shows as text, and
which `read_cell` takes away. Numbers stay numbers.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

_NUMBER = re.compile(r'[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-](inf|nan)')
_RUN_BY_SPREADSHEETS = re.compile(r"'*\s*[=+\-@\t\r＝＋－＠]")  # noqa: RUF001


def csv_text(
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    protect: bool = True,
    separator: str = ',',
) -> str:
    """Return a table as CSV.

    Args:
        header: Names of the columns.
        rows: Cells of each row.
        protect: Whether to write texts so that spreadsheets do not run them; False for
            programs of others that must find names as they are.
        separator: What stands between two cells.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator='\n', delimiter=separator)
    for row in (header, *rows):
        writer.writerow([write_cell(cell) for cell in row] if protect else row)
    return text.getvalue()


def write_cell(value: object) -> object:
    """Return a cell that no spreadsheet runs."""
    if isinstance(value, str) and _RUN_BY_SPREADSHEETS.match(value):
        return value if _NUMBER.fullmatch(value) else f"'{value}"
    return value


def read_cell(text: str) -> str:
    """Return the text that `write_cell` was given."""
    is_protected = text.startswith("'") and _RUN_BY_SPREADSHEETS.match(text)
    return text[1:] if is_protected else text
