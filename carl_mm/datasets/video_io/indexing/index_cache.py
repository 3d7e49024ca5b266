"""Indices of frames, remembered from one process to the next."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import av

from carl_mm.datasets.video_io.indexing.frame_index import FrameIndex
from carl_mm.files import atomic_write_text

CACHE_VARIABLE = 'CARL_MM_CACHE'
FORM = 2  # to be raised whenever the content means something else


def load_index(filename: str, state: tuple[int, int]) -> FrameIndex | None:
    """Return the index of a file, or None if it is not remembered.

    Args:
        filename: Path of the file.
        state: The file's `carl_mm.files.file_state`; what was remembered in another one
            does not count.
    """
    try:
        path, identity = _place(filename, state)
        stored = json.loads(path.read_text('utf-8'))
        if stored['identity'] != identity:
            return None
        return _checked(stored)
    # A damaged file, or none, costs time and nothing else.
    except (OSError, RuntimeError, ValueError, KeyError, TypeError):
        return None


def save_index(filename: str, state: tuple[int, int], index: FrameIndex) -> None:
    """Remember an index; where that is impossible, it is made anew each time.

    Args:
        filename: Path of the file.
        state: The file's state before it was decoded; it may have changed since.
        index: What decoding it gave.
    """
    try:
        path, identity = _place(filename, state)
        content = {
            'identity': identity,
            'stamps': list(index.stamps),
            'jumps': [list(jump) for jump in index.jumps],
            'damaged_at': index.damaged_at,
            'num_lost': index.num_lost,
            'reason': index.reason,
        }
        atomic_write_text(path, json.dumps(content))
    except (OSError, RuntimeError):
        return


def cache_folder() -> Path:
    """Return the folder: $CARL_MM_CACHE, by default ~/.cache/carl_mm.

    Raises:
        RuntimeError: There is no home.
    """
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named) if named else Path.home() / '.cache' / 'carl_mm'


def _place(filename: str, state: tuple[int, int]) -> tuple[Path, list[Any]]:
    """Return where the index of a file is, and what tells that it is the file's."""
    real = os.path.realpath(filename)
    identity = [real, *state, FORM, av.__version__]
    name = hashlib.sha256(os.fsencode(real)).hexdigest()[:24]
    return cache_folder() / 'frames' / f'{name}.json', identity


def _checked(stored: dict[str, Any]) -> FrameIndex:
    """Return the index if all of it is as `save_index` writes it.

    Raises:
        ValueError: It is not.
    """
    stamps, jumps = stored['stamps'], [tuple(jump) for jump in stored['jumps']]
    numbers = [stored['num_lost'], *(number for jump in jumps for number in jump)]
    known = [stamp for stamp in stamps if stamp is not None]
    damaged_at = stored['damaged_at']
    numbers += [] if damaged_at is None else [damaged_at]
    if not (
        all(type(number) is int for number in (*known, *numbers))
        and all(len(j) == 3 and 0 <= j[2] < len(stamps) and j[1] >= 0 for j in jumps)
        and isinstance(stored['reason'], str)
    ):
        raise ValueError('not an index')
    return FrameIndex(stamps, jumps, damaged_at, stored['num_lost'], stored['reason'])
