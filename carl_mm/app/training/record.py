"""What a training is, kept in its work dir so that it survives the server."""

import dataclasses
import json
from pathlib import Path

from carl_mm.files import atomic_write_text
from carl_mm.json_files import read_json

FILE = 'training.json'
# 'done' ended by itself, 'kept' was stopped and its best weights are used; a training
# that is 'begun' and has no process is paused.
STATUSES = ('begun', 'done', 'kept', 'failed')


@dataclasses.dataclass(frozen=True)
class TrainingRecord:
    """A training.

    Attributes:
        status: One of `STATUSES`.
        num_videos: Number of videos that it learns from.
        steps: Number of steps of the whole training.
        ended: When it ended, as text; empty before.
        error: Why it failed; empty if it did not.
    """

    status: str
    num_videos: int
    steps: int
    ended: str = ''
    error: str = ''


def write_record(work_dir: Path, record: TrainingRecord) -> None:
    """Keep a record; it is on the disk when this returns."""
    text = json.dumps(dataclasses.asdict(record), indent=1)
    atomic_write_text(work_dir / FILE, text)


def read_record(work_dir: Path) -> TrainingRecord | None:
    """Read a record; None if there is none, or a broken one."""
    try:
        record = TrainingRecord(**read_json(work_dir / FILE))
    except (OSError, ValueError, TypeError):
        return None
    return record if record.status in STATUSES else None
