"""File names of annotations that lead out of the folder of videos."""

import logging
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from mmengine.logging import print_log

from carl_mm.quoting import quote

OUTSIDE_NAMES = ('allow', 'warn', 'refuse')


def check_names_inside(
    entries: Sequence[dict[str, Any]], source: str, outside_names: str = 'warn'
) -> None:
    """Look for file names that lead out of the folder of videos.

    Whoever writes an annotation file can so have any video of the machine read.

    Args:
        entries: Entries of ``data_list``.
        source: Name of the annotation file, for the message.
        outside_names: One of `OUTSIDE_NAMES`: 'allow' absolute names and those with
            '..', 'warn' of them in one line, or 'refuse' them.

    Raises:
        ValueError: There is such a name, and they are to be refused; or
            ``outside_names`` is unknown.
    """
    if outside_names not in OUTSIDE_NAMES:
        raise ValueError(
            f'outside_names must be one of {OUTSIDE_NAMES}, got {outside_names!r}'
        )
    outside = [e['filename'] for e in entries if _leads_out(e['filename'])]
    if not outside or outside_names == 'allow':
        return
    message = (
        f'{source}: {len(outside)} of {len(entries)} file names lead out of the folder '
        f'of videos, such as {quote(outside[0])}'
    )
    if outside_names == 'refuse':
        raise ValueError(f"{message}; name files inside, or take outside_names='warn'")
    print_log(
        f"{message}; if you did not write the file, take outside_names='refuse'",
        logger='current',
        level=logging.WARNING,
    )


def _leads_out(filename: str) -> bool:
    parts = PurePosixPath(filename).parts
    return PurePosixPath(filename).is_absolute() or '..' in parts
