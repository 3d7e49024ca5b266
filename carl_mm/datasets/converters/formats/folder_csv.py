"""Files of labels and splits, which people write for their videos."""

from collections.abc import Sequence
from pathlib import Path

from carl_mm.datasets.annotations import SPLITS
from carl_mm.datasets.converters.formats.annotations.forms import find_form
from carl_mm.datasets.converters.formats.annotations.reading import table_of
from carl_mm.datasets.converters.formats.annotations.source import Source
from carl_mm.datasets.converters.formats.tables.csv_table import read_table
from carl_mm.datasets.converters.formats.tables.frame_count import (
    FROM_ZERO,
    FrameCount,
)
from carl_mm.datasets.converters.formats.tables.label_rows import (
    LabelTable,
    phase_remarks,
    row_span_problems,
)
from carl_mm.datasets.converters.formats.tables.listed_names import ListedNames
from carl_mm.datasets.converters.formats.tables.row_reader import (
    FRAMES,
    TIMES,
    RowReader,
)
from carl_mm.datasets.problems import is_name_list, refuse
from carl_mm.quoting import quote

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
    path: str | Path | Source,
    filenames: Sequence[str] | None,
    phases: Sequence[str] | None,
    action: str | None,
    count: FrameCount = FROM_ZERO,
    tiers: Sequence[str] = (),
) -> LabelTable:
    """Read labels; see `read_table` and, for their frames, `fit_labels`.

    Args:
        path: CSV file, see `annotations_from_folder`, or a file of another program, see
            `find_form`, whose videos need not all be there.
        filenames: Names of the videos that there are; None admits any.
        phases: Names that phases must be of; None admits any.
        action: Action of every video, if the file has no column of them.
        count: How a CSV file counts frames.
        tiers: Names of tiers of another program's file that are read; see `table_of`.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is bad; the message lists all its problems.
    """
    if phases is not None and not is_name_list(list(phases)):
        raise ValueError(f'phases must be different names, got {list(phases)}')
    source = path if isinstance(path, Source) else Source(path)
    path = source.path
    form = find_form(source)
    if form is not None and form.read is not None:
        if count != FROM_ZERO:
            raise source.error(
                f'is of {form.shown}, which says itself how frames count; leave out '
                '--first-frame and --exclusive-end'
            )
        return table_of(source, form.read, filenames, phases, action, tiers)
    if tiers:
        raise source.error('is a table, which has no tiers; leave out --tier')
    if source.head[:1] in ('{', '['):
        raise source.error(_unknown_json(source))
    table = read_table(path, ('filename', 'phase'), OPTIONAL_COLUMNS, (FRAMES, TIMES))
    if 'action' in table.columns and action is not None:
        raise ValueError(f'{path}: has a column action; leave out action={action!r}')
    shared = None if 'action' in table.columns else action or 'action'
    reader = RowReader(filenames, phases, shared, count, table.separator == ';')
    for line, cells in table.rows:
        reader.read(line, cells)
    spans = [row.row(*row.frames) for row in reader.rows if row.frames]
    refuse(str(path), reader.problems + row_span_problems(spans, {}, count))
    remarks = table.remarks()
    if reader.num_unsure:
        what = 'confidence is no number from 0 to 1, and is not read'
        remarks.append(f'{what}, in {reader.num_unsure} rows')
    remarks += phase_remarks(row.phase for row in reader.rows)
    named = [f'{path}: {remark}' for remark in remarks]
    return LabelTable(str(path), reader.rows, shared, count, named)


def _unknown_json(source: Source) -> str:
    """Say what a JSON file lacks; raises an error if it is none."""
    if isinstance(source.json, dict) and 'data_list' in source.json:
        return 'is an annotation file, not a table of labels'
    return 'is JSON, but not of BORIS, Label Studio or VIA 3'
