"""The ground truth of temporal localisation, in ActivityNet's form."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from carl_mm.datasets.problems import refuse
from carl_mm.json_files import read_json
from carl_mm.quoting import quote

SUBSETS = {'train': 'training', 'val': 'validation', 'test': 'testing'}
Truth = dict[str, dict[str, Any]]


def load_truth(path: str | Path) -> Truth:
    """Read ground truth in ActivityNet's form, such as activity_net.v1-3.min.json.

    Returns:
        Maps the id of each video to ``{'subset': ..., 'annotations': [...]}``.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is not JSON or not of that form; names the file, the video
            and the value.
    """
    content = read_json(path)
    database = content.get('database') if isinstance(content, dict) else None
    if not isinstance(database, dict):
        raise ValueError(f'{path}: must be {{"database": {{ID: ...}}}}')
    refuse(str(path), list(_truth_problems(database)))
    return database


def _truth_problems(database: dict[str, Any]) -> Iterator[str]:
    for video, entry in database.items():
        rows = entry.get('annotations') if isinstance(entry, dict) else None
        if not isinstance(rows, list):
            yield f'{video}: must be {{"subset": ..., "annotations": [...]}}'
            continue
        if entry.get('subset') not in SUBSETS.values():
            known, subset = ', '.join(SUBSETS.values()), quote(entry.get('subset'))
            yield f'{video}: unknown subset {subset}; known: {known}'
        for index, row in enumerate(rows):
            if not (isinstance(row, dict) and _is_segment(row)):
                yield (
                    f'{video}: annotations[{index}] must have a segment [start, end] '
                    f'in seconds, start <= end, and a label, got {quote(row)}'
                )


def _is_segment(row: dict[str, Any]) -> bool:
    ends, label = row.get('segment'), row.get('label')
    if not (isinstance(label, str) and label):
        return False
    if not (isinstance(ends, list) and len(ends) == 2):
        return False
    numbers = all(isinstance(x, int | float) and math.isfinite(x) for x in ends)
    return numbers and ends[0] <= ends[1]


def video_ids(filenames: Sequence[str], truth: Truth | None) -> list[str]:
    """Return the id of each video: the stem of its file, without a ``v_`` before it.

    Args:
        filenames: Files of the videos.
        truth: Ground truth, which must know all videos; None to do without.

    Raises:
        ValueError: Two videos have one id, or ``truth`` lacks a video.
    """
    ids, problems = [], []
    first_use: dict[str, str] = {}
    for filename in filenames:
        stem = Path(filename).stem
        known = truth is not None and stem in truth  # an id may itself begin with v_
        video_id = stem if known else stem.removeprefix('v_')
        if truth is not None and video_id not in truth:
            problems.append(f'{filename}: no video {quote(video_id)}')
        if first_use.setdefault(video_id, filename) != filename:
            problems.append(
                f'{filename}: the id {quote(video_id)} is also that of '
                f'{first_use[video_id]}; rename one'
            )
        ids.append(video_id)
    refuse('the localisation annotations', problems)
    return ids
