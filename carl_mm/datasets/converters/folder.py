"""Annotations from a folder of videos, and from labels and splits in CSV files."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from carl_mm.datasets.converters.conversion import (
    MAX_NAMES_SHOWN,
    ConversionSummary,
    run_jobs,
    summarise,
)
from carl_mm.datasets.converters.formats.folder_csv import (
    read_labels,
    read_splits,
)
from carl_mm.datasets.converters.formats.tables.frame_count import (
    FROM_ZERO,
    FrameCount,
)
from carl_mm.datasets.converters.formats.tables.label_frames import fit_labels
from carl_mm.datasets.converters.formats.tables.label_rows import LabelRow, LabelTable
from carl_mm.datasets.problems import refuse
from carl_mm.datasets.video_io.find_videos import (
    IMAGES_BESIDE,
    VIDEO_SUFFIXES,
    list_image_folders,
    list_videos,
)
from carl_mm.datasets.video_io.open_video import VideoDecodeError, open_video


def annotations_from_folder(
    video_dir: str | Path,
    labels_csv: str | Path | None = None,
    splits_csv: str | Path | None = None,
    phases: Sequence[str] | None = None,
    action: str | None = None,
    workers: int = 4,
    count: FrameCount = FROM_ZERO,
) -> tuple[dict[str, Any], ConversionSummary]:
    """Make annotations from a folder of videos, labels and splits.

    Videos that are unreadable or have no row in ``splits_csv`` are left out and named
    in the summary.

    Args:
        video_dir: Folder of videos, searched with its subfolders; see
            `carl_mm.datasets.video_io.find_videos.list_videos`.
        labels_csv: CSV file with the columns filename (relative to ``video_dir``),
            first_frame, last_frame (counted in), phase and, optionally, action. The
            columns start_s and end_s can take the place of the frames: times in seconds
            or h:mm:ss from the first frame on. Or a file of another program, see
            `read_labels`.
        splits_csv: CSV file with the columns filename and split; without it every
            video is a train video.
        phases: Names of every action's phases, in temporal order; by default those
            found, ordered by the mean of first frame / video length over their rows.
        action: Action of every video; by default 'action' if there are labels. It
            cannot be given if the labels have a column action.
        workers: Number of threads that open the videos.
        count: How the labels count frames.

    Returns:
        The annotations and their summary.

    Raises:
        FileNotFoundError: A CSV file or the folder is missing.
        ValueError: No video is readable, or a CSV file is bad; the message lists all
            its problems with their lines and values.
    """
    filenames, aside = _find_videos(Path(video_dir))
    labels = LabelTable('', [], action)
    if labels_csv is not None:
        labels = read_labels(labels_csv, filenames, phases, action, count)
    splits = dict.fromkeys(filenames, 'train')
    if splits_csv is not None:
        splits = read_splits(splits_csv, filenames)
    lengths, left_out, remarks = read_lengths(Path(video_dir), filenames, workers)
    for name in lengths.keys() - splits.keys():
        left_out[name] = f'has no row in {splits_csv}'
    used = [name for name in filenames if name not in left_out]
    if not used:
        reasons = [f'{name}: {reason}' for name, reason in left_out.items()]
        refuse(f'{video_dir}: no video is left', reasons)
    kept = {name: lengths[name] for name in used}
    rows, label_remarks = fit_labels(
        labels, kept, lambda name: open_video(Path(video_dir) / name).timestamps
    )
    orders = _order_phases(rows, lengths, phases)
    entries = [_entry(n, splits[n], lengths[n], labels.action) for n in used]
    _add_rows({entry['filename']: entry for entry in entries}, rows, orders)
    metainfo = {'phases': orders} if orders else {}
    annotations = {'metainfo': metainfo, 'data_list': entries}
    warnings = [*remarks, *label_remarks]
    return annotations, summarise(annotations, left_out | aside, warnings)


def _find_videos(video_dir: Path) -> tuple[list[str], dict[str, str]]:
    """Return the videos' relative POSIX paths, sorted, and what is none and why."""
    if not video_dir.is_dir():
        raise FileNotFoundError(f'{video_dir}: no such folder')
    found = list_videos(video_dir)
    if not found:
        raise ValueError(
            f'{video_dir}: contains no video ({", ".join(VIDEO_SUFFIXES)})'
        )
    if found == [video_dir]:
        raise ValueError(
            f'{video_dir}: is one video, a folder of images; give the folder it is in'
        )
    aside = list_image_folders(video_dir) if found[0].is_file() else []
    names = sorted(path.relative_to(video_dir).as_posix() for path in found)
    return names, {
        path.relative_to(video_dir).as_posix(): IMAGES_BESIDE for path in aside
    }


def read_lengths(
    video_dir: Path, filenames: list[str], workers: int
) -> tuple[dict[str, int], dict[str, str], list[str]]:
    """Open videos to learn their lengths.

    Args:
        video_dir: Folder that the file names are relative to.
        filenames: Names of the videos.
        workers: Number of threads that open the videos.

    Returns:
        The number of frames of each readable video, why each other one is not, and
        what is unusual about readable ones, a line for all of which the same is true.
    """
    lengths, left_out = dict[str, int](), dict[str, str]()
    unusual: dict[str, list[str]] = defaultdict(list)

    def read(name: str) -> tuple[int, tuple[str, ...]] | str:
        path = video_dir / name
        try:
            video = open_video(path)
        except VideoDecodeError as error:
            return str(error).removeprefix(f'{path}: ')
        return video.num_frames, video.notes

    for name, result in run_jobs(read, filenames, workers, 'Reading videos'):
        if isinstance(result, str):
            left_out[name] = result
            continue
        lengths[name], notes = result
        for note in notes:
            unusual[note].append(name)
    return lengths, left_out, [_remark(*each) for each in unusual.items()]


def _remark(note: str, names: list[str]) -> str:
    more = ', ...' if len(names) > MAX_NAMES_SHOWN else ''
    return f'{", ".join(names[:MAX_NAMES_SHOWN])}{more} ({len(names)}): {note}'


def _order_phases(
    rows: list[LabelRow], lengths: dict[str, int], phases: Sequence[str] | None
) -> dict[str, list[str]]:
    """Return the phases of each action as given, or by their mean relative start."""
    starts: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        starts[row.action][row.phase].append(row.first / lengths[row.filename])
    if phases is not None:
        return {action: list(phases) for action in sorted(starts)}
    return {
        action: sorted(found, key=lambda phase: (float(np.mean(found[phase])), phase))
        for action, found in sorted(starts.items())
    }


def _entry(
    name: str, split: str, num_frames: int, action: str | None
) -> dict[str, Any]:
    entry = {'filename': name, 'split': split, 'num_frames': num_frames}
    return entry if action is None else {**entry, 'action': action}


def _add_rows(
    entries: dict[str, dict[str, Any]],
    rows: list[LabelRow],
    orders: dict[str, list[str]],
) -> None:
    for row in sorted(rows, key=lambda row: row.first):
        label = orders[row.action].index(row.phase)
        entry = entries[row.filename]
        entry['action'] = row.action
        entry.setdefault('phases', []).append([row.first, row.last, label])
