"""The archives that CARL's authors published: videos and pickles of their labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from carl_mm.datasets.converters.conversion import ConversionSummary, conclude
from carl_mm.datasets.converters.finegym import ACTION as GYMNASTICS
from carl_mm.datasets.converters.folder import read_lengths
from carl_mm.datasets.converters.formats.frame_labels import label_rows, to_frame_labels
from carl_mm.datasets.converters.formats.penn_action_labels import penn_action_phases
from carl_mm.datasets.converters.pouring import pouring_phases
from carl_mm.datasets.converters.safe_pickle.restricted_pickle import (
    load_restricted_pickle,
)
from carl_mm.datasets.problems import refuse
from carl_mm.quoting import quote

ARCHIVES = ('penn_action', 'pouring', 'finegym99', 'finegym288')
FINEGYM_ADDITIONAL = 'additional_v1.0.pkl'


@dataclass(frozen=True)
class ArchiveForm:
    """What an archive contains.

    Args:
        phases: Names of each action's phases; the actions are in the order of their
            labels.
        train: File name of the pickle of train videos.
        test: File name of the pickle of test videos.
        video_dir: Folder of the archive that file names in annotations are relative
            to.
        additional: File name of a pickle of more train videos, without labels, which
            may be missing; None if there is no such pickle.
    """

    phases: dict[str, list[str]]
    train: str = 'train.pkl'
    test: str = 'val.pkl'
    video_dir: str = 'videos'
    additional: str | None = None


def archive_form(archive: str, categories: Sequence[str] | None = None) -> ArchiveForm:
    """Return the form of one of `ARCHIVES`.

    Args:
        archive: Name of the archive.
        categories: Names of FineGym's classes; by default 'class_0' and so on.

    Raises:
        ValueError: The archive is unknown, or the number of categories differs.
    """
    if archive not in ARCHIVES:
        raise ValueError(f'unknown archive {archive!r}; known: {", ".join(ARCHIVES)}')
    if archive == 'penn_action':
        return ArchiveForm(penn_action_phases())
    if archive == 'pouring':
        return ArchiveForm(pouring_phases())
    count = int(archive.removeprefix('finegym'))
    classes = list(categories or (f'class_{index}' for index in range(count)))
    if len(classes) != count:
        raise ValueError(
            f'{archive} has {count} classes, but {len(classes)} names were given'
        )
    return ArchiveForm(
        {GYMNASTICS: classes},
        train=f'gym{count}_train_v1.0.pkl',
        test=f'gym{count}_val.pkl',
        video_dir='',  # the additional videos are in a folder of their own
        additional=FINEGYM_ADDITIONAL,
    )


def annotations_from_carl_archive(
    archive_dir: str | Path, form: ArchiveForm, workers: int = 4
) -> tuple[dict[str, Any], ConversionSummary]:
    """Make annotations of an archive, whose videos stay where they are.

    Missing and unreadable videos are left out. FineGym's lists divide elements, not
    events: an event may be in both train and val, with the labels of either list.

    Args:
        archive_dir: Folder of the pickles.
        form: What the archive contains, see `archive_form`.
        workers: Number of threads that open the videos.

    Returns:
        The annotations and their summary.

    Raises:
        FileNotFoundError: A pickle is missing; the message says which files are
            expected.
        RefusedPickleError: A pickle contains more than data.
        ValueError: The pickles and videos contradict each other; the message lists all
            problems.
    """
    archive_dir = Path(archive_dir)
    for name in (form.train, form.test):
        if not (archive_dir / name).is_file():
            raise FileNotFoundError(
                f'{archive_dir / name}: no such file; the folder should contain '
                f'{form.train}, {form.test} and {form.video_dir or "the videos"}/'
            )
    test = _read_entries(archive_dir / form.test, form, 'test')
    train = _read_entries(archive_dir / form.train, form, 'train')
    left_out = dict[str, str]()
    if form.additional and (archive_dir / form.additional).exists():
        train += _read_entries(archive_dir / form.additional, form, 'train')
    elif form.additional:
        left_out[form.additional] = 'no such file'
    if GYMNASTICS not in form.phases:
        shared = {e['filename'] for e in train} & {e['filename'] for e in test}
        both = f'is in {form.train} and {form.test}'
        refuse(str(archive_dir), [f'{name} {both}' for name in sorted(shared)])
    entries = train + test
    video_dir = archive_dir / form.video_dir
    names = sorted({entry['filename'] for entry in entries})
    lengths, unreadable, remarks = read_lengths(video_dir, names, workers)
    problems = [
        f'{entry["filename"]} has {lengths[entry["filename"]]} frames, but its seq_len '
        f'is {entry["num_frames"]}'
        for entry in entries
        if lengths.get(entry['filename'], entry['num_frames']) != entry['num_frames']
    ]
    refuse(str(video_dir), problems)
    left_out |= unreadable
    return conclude(archive_dir, form.phases, entries, left_out, remarks)


def _read_entries(path: Path, form: ArchiveForm, split: str) -> list[dict[str, Any]]:
    """Read a pickle; report all its problems in one ValueError."""
    data = load_restricted_pickle(path)
    if isinstance(data, tuple) and len(data) == 2:  # Penn Action's (videos, indices)
        data = data[0]
    if not (isinstance(data, list) and all(isinstance(item, dict) for item in data)):
        raise ValueError(f'{path}: must be a list of dicts, one per video')
    entries, problems = list[dict[str, Any]](), list[str]()
    first_use: dict[str, int] = {}
    for index, item in enumerate(data):
        where = f'entry {index} ({item.get("video_file")})'
        try:
            entry = _entry(item, form, split, path.name != form.additional)
        except ValueError as error:
            problems.append(f'{where}: {error}')
            continue
        if first_use.setdefault(entry['filename'], index) != index:
            problems.append(f'{where}: is also entry {first_use[entry["filename"]]}')
        entries.append(entry)
    refuse(str(path), problems)
    return entries


def _entry(
    item: dict[str, Any], form: ArchiveForm, split: str, labelled: bool
) -> dict[str, Any]:
    file, length = item.get('video_file'), item.get('seq_len')
    if not isinstance(file, str) or {'..', '/'} & set(PurePosixPath(file).parts):
        raise ValueError(f'video_file must be a path in the archive, got {quote(file)}')
    if not PurePosixPath(file).is_relative_to(form.video_dir):
        raise ValueError(f'video_file must be in {form.video_dir}/, got {quote(file)}')
    if not (isinstance(length, int | np.integer) and length > 0):
        raise ValueError(f'seq_len must be a positive integer, got {quote(length)}')
    action = _action(item, list(form.phases))
    entry = {
        'filename': str(PurePosixPath(file).relative_to(form.video_dir)),
        'split': split,
        'num_frames': int(length),
        'action': action,
    }
    if not labelled:
        return entry
    labels = to_frame_labels(item.get('frame_label', ()), len(form.phases[action]))
    if len(labels) != length:
        raise ValueError(f'{len(labels)} frame_labels, but seq_len is {length}')
    return {**entry, 'phases': label_rows(labels)}


def _action(item: dict[str, Any], actions: list[str]) -> str:
    """Return the only action, or the one of which ``action_label`` is the number."""
    label = item.get('action_label')
    if len(actions) == 1:
        if label is not None:
            raise ValueError(
                f'has action_label {quote(label)}, as only penn_action has: give the '
                'name of the archive that it is'
            )
        return actions[0]
    if not (isinstance(label, int | np.integer) and 0 <= label < len(actions)):
        raise ValueError(
            f'action_label {quote(label)} is outside 0 to {len(actions) - 1}'
        )
    return actions[label]
