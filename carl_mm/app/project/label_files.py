"""The files of saved rows: labels.csv and suggested.csv."""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from carl_mm.apis.phases.segments import PhaseSegment, write_phase_csv
from carl_mm.app.project.label_tables import (
    Segments,
    all_rows,
    read_segments,
    rows_of_segments,
)
from carl_mm.app.project.phase_rows import Rows, rows_csv
from carl_mm.files import atomic_write_text, file_state


class LabelFiles:
    """The two files and what is in them, of one process.

    Args:
        folder: Folder of the files.

    Attributes:
        painted_path: File of what the user made.
        painted: Its rows.
        suggested_path: File of what was carried.
        suggested: Its rows; those of painted videos are hidden.
        revision: Number that is another after every change.
    """

    def __init__(self, folder: Path) -> None:
        self.painted_path = folder / 'labels.csv'
        self.suggested_path = folder / 'suggested.csv'
        self.painted: Segments = {}
        self.suggested: Segments = {}
        self.revision = secrets.randbits(40)  # also another after a restart
        self._read: object = None  # states of the files that were read

    def refresh(self, names: Sequence[str]) -> None:
        """Read the files if another program has changed them; see `read_segments`."""
        states = self._states()
        if states != self._read:
            painted = read_segments(self.painted_path, names)
            self.suggested = read_segments(self.suggested_path, names)
            self.painted, self._read = painted, states
            self.revision += 1

    def save(self, new: Mapping[str, list[PhaseSegment]]) -> None:
        """Save rows as the user's; a video without any goes, also its suggestion."""
        kept = {name: own for name, own in {**self.painted, **new}.items() if own}
        atomic_write_text(self.painted_path, rows_csv(all_rows(kept)))
        self.painted = kept
        rest = {n: own for n, own in self.suggested.items() if n not in new}
        if rest != self.suggested:  # after the others: what is painted hides it anyway
            self._write_suggested(rest)
        self._changed()

    def save_suggested(self, segments: Segments) -> None:
        """Save what was carried instead of what was before."""
        self._write_suggested(segments)
        self._changed()

    def entry(self, name: str) -> dict[str, Any]:
        """Return a video's rows and what is known about them."""
        own = self.painted.get(name)
        carried = self.suggested.get(name, []) if own is None else []
        rows = rows_of_segments(carried if own is None else own)
        return {
            'rows': rows,
            'origin': 'suggested' if carried else 'painted',
            'confidence': [s.confidence for s in carried] if carried else None,
            'revision': revision_of(rows),
        }

    def _write_suggested(self, segments: Segments) -> None:
        write_phase_csv(self.suggested_path, segments)
        self.suggested = segments

    def _changed(self) -> None:
        self._read = self._states()
        self.revision += 1

    def _states(self) -> object:
        return _state_of(self.painted_path), _state_of(self.suggested_path)


def _state_of(path: Path) -> tuple[int, int] | None:
    """Return what tells whether a file has changed; None if there is none."""
    try:
        return file_state(path)
    except FileNotFoundError:
        return None


def revision_of(rows: Rows) -> int:
    """Return a number that tells rows from others, also after a restart."""
    if not rows:
        return 0
    digest = hashlib.sha256(json.dumps(rows).encode()).digest()
    return int.from_bytes(digest[:6], 'big') + 1  # JavaScript's integers have 53 bits
