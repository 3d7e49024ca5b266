"""Kinetics-400: lists of paths and class labels; no phase labels."""

import csv
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from carl_mm.datasets.converters.conversion import ConversionSummary, conclude
from carl_mm.datasets.converters.folder import read_lengths
from carl_mm.datasets.problems import refuse
from carl_mm.datasets.video_io.find_videos import VIDEO_SUFFIXES


@dataclass(frozen=True)
class ListedVideo:
    """A line of a list; ``line`` is its place there."""

    line: int
    filename: str
    label: str


def annotations_from_kinetics(
    video_dir: str | Path,
    train_csv: str | Path | None = None,
    val_csv: str | Path | None = None,
    class_file: str | Path | None = None,
    check: bool = True,
    workers: int = 4,
) -> tuple[dict[str, Any], ConversionSummary]:
    """Make annotations of lists of paths and class labels.

    Args:
        video_dir: Paths are relative to it.
        train_csv: See `read_video_list`.
        val_csv: The same; at least one of them.
        class_file: Names of the classes, one a line; labels are names of it or the
            numbers of its lines, from 0. Without it a label is its own name.
        check: Open every video, and leave out those that are missing or unreadable.
        workers: Threads that open videos.

    Returns:
        The annotations, a video's action being its class, and their summary.

    Raises:
        FileNotFoundError: A list is missing.
        ValueError: A bad line, a label outside the classes, a video twice, or no
            readable video.
    """
    classes = None if class_file is None else _read_classes(class_file)
    entries, first_use = list[dict[str, Any]](), dict[str, str]()
    for split, path in (('train', train_csv), ('val', val_csv)):
        if path is not None:
            entries += _read_entries(path, split, classes, first_use)
    left_out = dict[str, str]()
    if check:
        names = [entry['filename'] for entry in entries]
        lengths, left_out = read_lengths(Path(video_dir), names, workers)
        for name, entry in zip(names, entries, strict=True):
            if name in lengths:
                entry['num_frames'] = lengths[name]
    return conclude(video_dir, {}, entries, left_out)


def _read_entries(
    path: str | Path,
    split: str,
    classes: dict[str, str] | None,
    first_use: dict[str, str],
) -> list[dict[str, Any]]:
    """Entries of a list; ``first_use`` knows and learns where each video was named."""
    entries, problems = list[dict[str, Any]](), list[str]()
    for video in read_video_list(path):
        where = f'line {video.line}: {video.filename}:'
        place = f'{path}, line {video.line}'
        if first_use.setdefault(video.filename, place) != place:
            problems.append(f'{where} also in {first_use[video.filename]}')
        action = video.label if classes is None else classes.get(video.label)
        if action is None:
            problems.append(f'{where} label {video.label!r} is no class')
        entries.append({'filename': video.filename, 'split': split, 'action': action})
    refuse(str(path), problems)
    return entries


def read_video_list(path: str | Path) -> list[ListedVideo]:
    """Read a list of videos and their labels.

    Args:
        path: ``PATH,LABEL`` or ``PATH LABEL`` a line, which the first line's comma
            decides; a path may hold spaces. A first line without a dot in its path is a
            header.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: A bad line, or no video.
    """
    try:
        text = Path(path).read_text(encoding='utf-8-sig')
        lines = text.splitlines()
        if ',' in next(iter(lines), ''):
            rows = [[field.strip() for field in row] for row in csv.reader(lines)]
        else:
            rows = [line.rsplit(maxsplit=1) for line in lines]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f'{path}: not a CSV file in UTF-8: {error}') from error
    videos, problems = list[ListedVideo](), list[str]()
    for line, row in enumerate(rows, start=1):
        if len(row) == 2 and all(row) and row[0].lower().endswith(VIDEO_SUFFIXES):
            videos.append(ListedVideo(line, str(PurePosixPath(row[0])), row[1]))
        elif any(row) and not (line == 1 and '.' not in row[0]):
            problems.append(
                f'line {line}: a video file and a label expected, got {" ".join(row)!r}'
            )
    if not videos and not problems:
        problems.append(f'contains no video ({", ".join(VIDEO_SUFFIXES)})')
    refuse(str(path), problems)
    return videos


def _read_classes(path: str | Path) -> dict[str, str]:
    """Names of the classes, by name and by number."""
    lines = Path(path).read_text(encoding='utf-8').splitlines()
    names = [line.strip() for line in lines if line.strip()]
    return {name: name for name in names} | {str(i): n for i, n in enumerate(names)}
