"""Rows of a table that the user made elsewhere."""

import re
import tempfile
from pathlib import Path, PurePosixPath

from carl_mm.app.project.phase_rows import Rows
from carl_mm.app.project.videos import Videos, num_frames, timestamps
from carl_mm.datasets.converters.formats.folder_csv import read_labels
from carl_mm.datasets.converters.formats.tables.frame_count import (
    FROM_ZERO,
    FrameCount,
)
from carl_mm.datasets.converters.formats.tables.label_frames import fit_labels
from carl_mm.datasets.converters.formats.tables.listed_names import plain_name
from carl_mm.quoting import clip

MAX_NAME = 100  # bytes


def read_table_of_user(
    content: bytes, shown_name: str, library: Videos, count: FrameCount = FROM_ZERO
) -> tuple[dict[str, Rows], list[str]]:
    """Read labels of any form that the commands take; see `read_labels`.

    Args:
        content: Bytes of the file.
        shown_name: Its name, for messages.
        library: The videos, of which the rows must be.
        count: How it counts frames.

    Returns:
        Rows of each video, and what may not be as intended, a line each.

    Raises:
        ValueError: The file is bad, or rows do not fit their videos; the message lists
            all problems.
    """
    shown = clip(shown_name)
    with tempfile.TemporaryDirectory() as folder:
        # Some forms name no video: the name of the file does.
        path = Path(folder) / _plain(shown_name)
        path.write_bytes(content)
        try:
            table = read_labels(path, library.names, None, None, count)
            lengths = {
                name: num_frames(library, name)
                for name in {row.filename for row in table.rows}
            }
            found, remarks = fit_labels(
                table, lengths, lambda name: timestamps(library, name)
            )
        except ValueError as error:
            raise ValueError(f'{error}'.replace(f'{path}', shown)) from error
    rows: dict[str, Rows] = {}
    for row in found:
        rows.setdefault(row.filename, []).append([row.first, row.last, row.phase])
    return rows, [remark.replace(f'{path}', shown) for remark in remarks]


def _plain(shown_name: str) -> str:
    """Return a name for a file in a folder of ours."""
    stem, _, suffix = PurePosixPath(plain_name(shown_name)).name.rpartition('.')
    kept = re.sub(r'[\x00-\x1f\x7f]', '_', stem).encode(errors='replace')[:MAX_NAME]
    ending = re.sub(r'\W', '', suffix)[:16] or 'csv'
    return f'{kept.decode(errors="ignore") or "table"}.{ending}'
