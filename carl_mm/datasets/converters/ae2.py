"""AE2's sets of ego and exo videos: Break Eggs, Pour Milk, Pour Liquid, Tennis."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from carl_mm.datasets.annotations import SPLITS
from carl_mm.datasets.converters.conversion import ConversionSummary, conclude
from carl_mm.datasets.converters.folder import read_lengths
from carl_mm.datasets.converters.formats.frame_labels import label_rows, to_frame_labels
from carl_mm.datasets.converters.safe_pickle.restricted_pickle import (
    load_restricted_pickle,
)
from carl_mm.datasets.problems import is_name_list, refuse
from carl_mm.quoting import quote

VIEWS = ('ego', 'exo')
EXPECTED_CONTENT = (
    "a set's folder contains label.pickle and VIEW/SPLIT.csv or SPLIT/VIEW/*.mp4, for "
    f'the views {", ".join(VIEWS)} and the splits {", ".join(SPLITS)}'
)


def annotations_from_ae2(
    set_dir: str | Path, phases: Sequence[str] | None = None, workers: int = 4
) -> tuple[dict[str, Any], ConversionSummary]:
    """Make annotations of one of AE2's sets, as published.

    Unreadable videos are left out. Train videos need no labels.

    Args:
        set_dir: Folder of the set, named after the action. It contains
            ``VIEW/SPLIT.csv``, a path relative to VIEW per line, or
            ``SPLIT/VIEW/*.mp4``, VIEW being ego or exo; and ``label.pickle``, a dict
            of one integer per frame, negative where unlabelled, by each video's name
            without its suffix.
        phases: Names of the phases, in the order of the labels; by default phase_0,
            phase_1, ...
        workers: Number of threads that open videos.

    Returns:
        The annotations, with each video's view, and their summary.

    Raises:
        FileNotFoundError: The folder or ``label.pickle`` is missing.
        ValueError: ``label.pickle`` is not such a dict, there is no video, a video is
            listed twice, or labels are missing, too many, too few or no phases; the
            message lists all problems.
    """
    set_dir = Path(set_dir)
    action = set_dir.resolve().name
    label_file = set_dir / 'label.pickle'
    if not label_file.is_file():
        raise FileNotFoundError(f'{label_file}: no such file; {EXPECTED_CONTENT}')
    published = load_restricted_pickle(label_file)
    if not isinstance(published, dict):
        raise ValueError(f'{label_file}: must be a dict, got {quote(published)}')
    phases = _name_phases(published) if phases is None else list(phases)
    if not is_name_list(phases):
        raise ValueError(f'{label_file}: phases must be different names, got {phases}')
    videos = list(_find_videos(set_dir))
    names = [name for name, _, _ in videos]
    twice = [name for name, count in Counter(names).items() if count > 1]
    refuse(str(set_dir), [f'{name}: is listed twice' for name in twice])
    lengths, left_out, remarks = read_lengths(set_dir, names, workers)
    entries, problems = list[dict[str, Any]](), list[str]()
    for name, split, view in videos:
        if name in left_out:
            continue
        entry = {
            'filename': name,
            'split': split,
            'num_frames': lengths[name],
            'action': action,
            'view': view,
        }
        try:
            labels = published.get(Path(name).stem)
            rows = _rows(labels, split, lengths[name], len(phases))
        except ValueError as error:
            problems.append(f'{name}: {error}')
            continue
        entries.append({**entry, 'phases': rows} if rows else entry)
    refuse(str(label_file), problems)
    return conclude(set_dir, {action: phases}, entries, left_out, remarks)


def _find_videos(set_dir: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the name, split and view of each video."""
    found = False
    for split in SPLITS:
        for view in VIEWS:
            listed = set_dir / view / f'{split}.csv'
            if listed.is_file():
                lines = listed.read_text(encoding='utf-8-sig').split('\n')
                names = [f'{view}/{line.strip()}' for line in lines if line.strip()]
            else:
                paths = sorted((set_dir / split / view).glob('[!.]*.mp4'))
                names = [path.relative_to(set_dir).as_posix() for path in paths]
            found = found or bool(names)
            yield from ((name, split, view) for name in names)
    if not found:
        raise ValueError(f'{set_dir}: contains no video; {EXPECTED_CONTENT}')


def _name_phases(published: dict[str, Any]) -> list[str]:
    """Name as many phases as the labels need; what is not a number fails later."""
    highest = 0
    for values in published.values():
        labels = np.asarray(values)
        if labels.dtype.kind in 'iuf' and labels.size and np.isfinite(labels).all():
            highest = max(highest, int(labels.max()))
    return [f'phase_{label}' for label in range(highest + 1)]


def _rows(labels: Any, split: str, num_frames: int, num_phases: int) -> list[list[int]]:
    if labels is None:
        if split == 'train':
            return []
        raise ValueError(f'has no labels, which a {split} video needs')
    checked = to_frame_labels(labels, num_phases)
    if len(checked) != num_frames:
        raise ValueError(f'has {len(checked)} labels, but {num_frames} frames')
    return label_rows(checked)
