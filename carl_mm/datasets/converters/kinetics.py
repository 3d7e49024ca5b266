"""Kinetics-400: lists of paths and class labels; no phase labels."""

import csv
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from carl_mm.datasets.converters.conversion import ConversionSummary, conclude
from carl_mm.datasets.converters.folder import read_lengths
from carl_mm.datasets.converters.formats.tables.listed_names import ListedNames
from carl_mm.datasets.converters.formats.tables.table_text import read_text
from carl_mm.datasets.problems import refuse
from carl_mm.datasets.video_io.find_videos import VIDEO_SUFFIXES, list_files
from carl_mm.quoting import clip, quote


@dataclass(frozen=True)
class ListedVideo:
    """A line of a list of videos.

    Args:
        line: Number of the line, from 1.
        filename: Path of the video.
        label: Name or number of its class.
    """

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
        video_dir: Folder that the paths are relative to.
        train_csv: List of the train videos, see `read_video_list`.
        val_csv: List of the val videos. At least one of the lists is needed.
        class_file: File with the name of one class per line; labels are these names or
            their numbers, from 0. Without it labels are the classes' names.
        check: Whether to open every video, and leave out those that are missing or
            unreadable. Listed names then become those of the files, with '/' for
            backslashes and accents as the files have them.
        workers: Number of threads that open videos.

    Returns:
        The annotations, in which a video's action is its class, and their summary.

    Raises:
        FileNotFoundError: A list is missing.
        ValueError: A line is bad, a label is not a class, a video is listed twice, or
            none is readable.
    """
    classes = None if class_file is None else _read_classes(class_file)
    entries, first_use = list[dict[str, Any]](), dict[str, str]()
    find = _name_finder(Path(video_dir))
    for split, path in (('train', train_csv), ('val', val_csv)):
        if path is not None:
            videos = [
                replace(video, filename=find(video.filename)[0]) if check else video
                for video in read_video_list(path)
            ]
            entries += _make_entries(videos, path, split, classes, first_use)
    left_out, remarks = dict[str, str](), list[str]()
    if check:
        names = [entry['filename'] for entry in entries]
        lengths, left_out, remarks = read_lengths(Path(video_dir), names, workers)
        for name, entry in zip(names, entries, strict=True):
            if name in lengths:
                entry['num_frames'] = lengths[name]
        left_out = {name: reason + find(name)[1] for name, reason in left_out.items()}
    return conclude(video_dir, {}, entries, left_out, remarks)


def _name_finder(folder: Path) -> Callable[[str], tuple[str, str]]:
    """Return what tells the file that a listed name means, or else those like it."""

    @cache  # needed only where names differ
    def files() -> ListedNames:
        found = (path.relative_to(folder) for path in list_files(folder))
        return ListedNames(path.as_posix() for path in found)

    def find(name: str) -> tuple[str, str]:
        if (folder / name).exists():
            return name, ''
        try:
            return files().find(name), ''
        except ValueError as error:
            _, mark, like = str(error).partition('; there is ')
            return name, mark + like

    return find


def _make_entries(
    videos: list[ListedVideo],
    path: str | Path,
    split: str,
    classes: dict[str, str] | None,
    first_use: dict[str, str],
) -> list[dict[str, Any]]:
    """Return a list's entries; ``first_use`` records where each video was listed."""
    entries, problems = list[dict[str, Any]](), list[str]()
    for video in videos:
        where = f'line {video.line}: {video.filename}:'
        place = f'{path}, line {video.line}'
        if first_use.setdefault(video.filename, place) != place:
            problems.append(f'{where} also in {first_use[video.filename]}')
        action = video.label if classes is None else classes.get(video.label)
        if action is None:
            problems.append(f'{where} label {quote(video.label)} is not a class')
        entries.append({'filename': video.filename, 'split': split, 'action': action})
    refuse(str(path), problems)
    return entries


def read_video_list(path: str | Path) -> list[ListedVideo]:
    """Read a list of videos and their labels.

    Args:
        path: File of lines ``PATH,LABEL`` or ``PATH LABEL``, depending on whether the
            first line has a comma; paths may contain spaces. A first line whose path
            has no dot is a header.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: A line is bad, or there is no video.
    """
    lines = read_text(path).splitlines()
    try:
        if ',' in next(iter(lines), ''):
            rows = [[field.strip() for field in row] for row in csv.reader(lines)]
        else:
            rows = [line.rsplit(maxsplit=1) for line in lines]
    except csv.Error as error:
        raise ValueError(f'{path}: not a CSV file: {clip(error)}') from error
    videos, problems = list[ListedVideo](), list[str]()
    for line, row in enumerate(rows, start=1):
        if len(row) == 2 and all(row) and row[0].lower().endswith(VIDEO_SUFFIXES):
            videos.append(ListedVideo(line, str(PurePosixPath(row[0])), row[1]))
        elif any(row) and not (line == 1 and '.' not in row[0]):
            problems.append(
                f'line {line}: expected a video file and a label, got '
                f'{quote(" ".join(row))}'
            )
    if not videos and not problems:
        problems.append(f'contains no video ({", ".join(VIDEO_SUFFIXES)})')
    refuse(str(path), problems)
    return videos


def _read_classes(path: str | Path) -> dict[str, str]:
    """Return the classes' names, by name and by number."""
    lines = read_text(path).splitlines()
    names = [line.strip() for line in lines if line.strip()]
    return {name: name for name in names} | {str(i): n for i, n in enumerate(names)}
