"""Sets of real videos, each of one action, and their folds by subject.

A set is a folder with ``videos/``, ``labels.csv`` (filename, first_frame, last_frame,
phase) and ``subjects.csv`` (filename, subject): DIR/golf, whose file names tell the
golfers where there is no such file, and every DIR/actions/NAME.
"""

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from carl_mm.datasets.converters.folder import annotations_from_folder

PITCH = 'pitch'


@dataclass(frozen=True)
class VideoSet:
    """Videos of one action.

    Attributes:
        entries: Entries of an annotation file; the path is relative to DIR.
        phases: Names of the phases, in temporal order; empty without labels.
        subjects: Path of each video to its subject.
    """

    entries: list[dict[str, Any]]
    phases: list[str]
    subjects: dict[str, str]


def find_sets(videos: Path) -> dict[str, Path]:
    """Find the labelled sets in a folder: the name of each action to its folder.

    Raises:
        FileNotFoundError: There is none.
        ValueError: Two sets have one name.
    """
    folders = [videos / 'golf', *sorted((videos / 'actions').glob('*'))]
    sets: dict[str, Path] = {}
    for folder in folders:
        if not (folder / 'labels.csv').is_file():
            continue
        if folder.name in sets:
            raise ValueError(f'{sets[folder.name]} and {folder} have one name')
        sets[folder.name] = folder
    if not sets:
        raise FileNotFoundError(
            f'{videos}: no labels.csv in golf/ or actions/NAME/, beside their videos/'
        )
    return sets


def read_set(videos: Path, folder: Path, labelled: bool = True) -> VideoSet:
    """Read the videos, labels and subjects of a set.

    Args:
        videos: Folder that paths are relative to.
        folder: Folder of the set, whose name names the action.
        labelled: Whether to read labels and subjects.
    """
    annotations, _ = annotations_from_folder(
        folder / 'videos',
        folder / 'labels.csv' if labelled else None,
        action=folder.name,
    )
    entries = annotations['data_list']
    names = [entry['filename'] for entry in entries]
    subjects = read_subjects(folder, names) if labelled else {}
    prefix = (folder / 'videos').relative_to(videos).as_posix()
    return VideoSet(
        [{**entry, 'filename': f'{prefix}/{entry["filename"]}'} for entry in entries],
        annotations['metainfo'].get('phases', {}).get(folder.name, []),
        {f'{prefix}/{name}': subject for name, subject in subjects.items()},
    )


def read_subjects(folder: Path, names: Sequence[str]) -> dict[str, str]:
    """Return the subject of each video, of subjects.csv or a golf video's name.

    Raises:
        FileNotFoundError: There is no subjects.csv.
        ValueError: It has no row for some videos.
    """
    file = folder / 'subjects.csv'
    if file.is_file():
        with open(file, encoding='utf-8-sig', newline='') as rows:
            known = {row['filename']: row['subject'] for row in csv.DictReader(rows)}
    elif folder.name == 'golf':
        known = {name: golfer(name) for name in names}
    else:
        raise FileNotFoundError(
            f'{file}: no such file; it tells which videos must not be parted'
        )
    missing = [name for name in names if not known.get(name)]
    if missing:
        raise ValueError(f'{file}: no subject of {", ".join(missing)}')
    return {name: known[name] for name in names}


def golfer(filename: str) -> str:
    """Return the surname of the golfer, the same for videos of two sources.

    Swings of unnamed golfers from one source count as one golfer's.
    """
    parts = Path(filename).stem.split('_')
    name = parts[1] if parts[0] in ('av', 'tw') else parts[0]
    return name.split('-')[-1].lower()


def split_subjects(videos: VideoSet, num_folds: int) -> dict[str, int]:
    """Share the subjects out over folds, with about as many labelled videos in each.

    The subjects with most labelled videos come first, each to the fold with fewest:
    there is no chance in it.

    Returns:
        Subject to the fold in which it is judged.

    Raises:
        ValueError: A fold has fewer than two labelled videos to compare.
    """
    subject_of = videos.subjects
    counts = Counter(subject_of[e['filename']] for e in videos.entries)
    labelled = Counter(
        subject_of[e['filename']] for e in videos.entries if e.get('phases')
    )
    sizes = [(0, 0, fold) for fold in range(num_folds)]
    folds: dict[str, int] = {}
    for subject in sorted(counts, key=lambda s: (-labelled[s], -counts[s], s)):
        num_labelled, num_videos, fold = min(sizes)
        folds[subject] = fold
        sizes[fold] = (
            num_labelled + labelled[subject],
            num_videos + counts[subject],
            fold,
        )
    few = [fold for num_labelled, _, fold in sizes if num_labelled < 2]
    if few:
        action = videos.entries[0]['action']
        raise ValueError(
            f'{action}: {num_folds} folds of {len(counts)} subjects leave fold '
            f'{few[0]} fewer than two labelled videos; have fewer folds'
        )
    return folds


def fold_annotations(
    sets: Sequence[VideoSet],
    num_folds: int,
    fold: int,
    more: Sequence[VideoSet] = (),
) -> dict[str, Any]:
    """Make the annotations of one fold.

    Its subjects are judged, where labelled, and all others trained on.

    Args:
        sets: The labelled sets.
        num_folds: Number of folds.
        fold: Number of the fold.
        more: Sets that are trained on in every fold.
    """
    entries = [{**e, 'split': 'train'} for videos in more for e in videos.entries]
    phases = {}
    for videos in sets:
        folds = split_subjects(videos, num_folds)
        phases[videos.entries[0]['action']] = videos.phases
        for entry in videos.entries:
            if folds[videos.subjects[entry['filename']]] != fold:
                entries.append({**entry, 'split': 'train'})
            elif entry.get('phases'):
                entries.append({**entry, 'split': 'test'})
    return {'metainfo': {'phases': phases}, 'data_list': entries}


def cached_annotations(
    sets: Sequence[VideoSet], more: Sequence[VideoSet] = ()
) -> dict[str, Any]:
    """Make annotations in which every video is trained on and, if labelled, judged.

    They are for caching features only.
    """
    entries = [e for videos in [*sets, *more] for e in videos.entries]
    judged = [e for e in entries if e.get('phases')]
    return {
        'metainfo': {'phases': {v.entries[0]['action']: v.phases for v in sets}},
        'data_list': [{**e, 'split': 'train'} for e in entries]
        + [{**e, 'split': 'test'} for e in judged],
    }
