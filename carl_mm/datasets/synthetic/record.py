"""The record of the videos that were made, which tells a run what is missing."""

import hashlib
from pathlib import Path

from carl_mm.datasets.synthetic.video import FPS, VideoPlan
from carl_mm.json_files import parse_json

# The modules that decide how a video looks.
DRAWING = (
    'look',
    'motion',
    'process',
    'scene',
    'scripted_processes',
    'shapes',
    'video',
)


def record_line(plan: VideoPlan, video_dir: Path) -> dict[str, str] | None:
    """Describe a video's file by its settings and its hash.

    Args:
        plan: The video.
        video_dir: Folder of the videos.

    Returns:
        The record's line for the video; None if it has no file.
    """
    path = video_dir / plan.filename
    if not path.is_file():
        return None
    return {
        'filename': plan.filename,
        'settings': _settings_of(plan),
        'sha256': hashlib.sha256(path.read_bytes()).hexdigest(),
    }


def _settings_of(plan: VideoPlan) -> str:
    """Return what a file depends on: the plan and the code that draws it."""
    folder = Path(__file__).parent
    code = b''.join((folder / f'{name}.py').read_bytes() for name in DRAWING)
    digest = hashlib.sha256(code).hexdigest()[:16]
    return f'seed {plan.seed}, size {plan.size}, fps {FPS}, code {digest}'


def read_record(record: Path) -> dict[str, dict[str, str]]:
    """Read a record: a line for each video, by its file name.

    An incomplete line, which a killed run may leave, is skipped.

    Args:
        record: Path of the record, which need not exist.
    """
    made: dict[str, dict[str, str]] = {}
    text = record.read_text('utf-8') if record.is_file() else ''
    for line in text.splitlines():
        try:
            row = parse_json(line)
            made[row['filename']] = row
        except (ValueError, TypeError, KeyError):
            continue
    return made
