"""Penn Action: folders of images, .mat files of actions and .npy files of phases."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from carl_mm.datasets.converters.conversion import ConversionSummary, conclude
from carl_mm.datasets.converters.encoding import encode_videos
from carl_mm.datasets.converters.formats.frame_labels import label_rows, stretch_labels
from carl_mm.datasets.converters.formats.penn_action_labels import (
    ACTIONS_WITHOUT_PHASES,
    NUM_PHASES,
    PhaseFile,
    find_phase_files,
    list_folder,
    penn_action_phases,
    read_mat,
    read_phases,
)
from carl_mm.datasets.problems import refuse
from carl_mm.datasets.video_io.image_folder import IMAGE_FOLDER_FPS, ImageFolder
from carl_mm.datasets.video_io.open_video import open_video
from carl_mm.quoting import quote

MAX_STRETCHED_SHOWN = 10


def annotations_from_penn_action(
    penn_dir: str | Path,
    phase_dir: str | Path,
    video_dir: str | Path | None = None,
    workers: int = 4,
) -> tuple[dict[str, Any], ConversionSummary]:
    """Make annotations of Penn Action, and mp4 files of its images.

    The folder of a video's phases decides on its split. Left out are videos without
    phases, images or .mat file, of an action without phases, or with an image that
    cannot be decoded. Phases that are half to twice as many as the video's frames are
    stretched to its length, and the summary warns of them.

    Args:
        penn_dir: Folder of ``frames/NNNN/MMMMMM.jpg`` and ``labels/NNNN.mat``.
        phase_dir: Folder of ``SPLIT/ACTION/NNNN*.npy``, SPLIT being train, val or test
            (val and test both are the test split here).
        video_dir: Folder of the mp4 files; None keeps the folders of images as videos,
            relative to ``penn_dir/frames``.
        workers: Number of threads that encode.

    Returns:
        The annotations and their summary.

    Raises:
        FileNotFoundError: A folder is missing.
        ValueError: The files contradict each other; the message lists all problems.
    """
    penn_dir, phase_files = Path(penn_dir), find_phase_files(Path(phase_dir))
    names = {
        path.stem for path in list_folder(penn_dir / 'labels') if path.suffix == '.mat'
    }
    names |= {path.name for path in list_folder(penn_dir / 'frames') if path.is_dir()}
    suffix = '' if video_dir is None else '.mp4'
    entries, left_out, problems = list[dict[str, Any]](), dict[str, str](), list[str]()
    stretched = list[str]()
    for name in sorted(names | phase_files.keys()):
        try:
            entry = _entry(penn_dir, name, phase_files.get(name), stretched)
        except ValueError as error:
            problems.append(str(error))
            continue
        if isinstance(entry, str):
            left_out[name + suffix] = entry
        else:
            entries.append({'filename': name + suffix, **entry})
    refuse(str(penn_dir), problems)
    if video_dir is not None:
        left_out |= encode_videos(
            entries,
            video_dir,
            lambda entry: _frames(penn_dir / 'frames' / Path(entry['filename']).stem),
            IMAGE_FOLDER_FPS,
            workers,
        )
    names_kept = [name for name in stretched if name + suffix not in left_out]
    return conclude(
        penn_dir, penn_action_phases(), entries, left_out, _warnings(names_kept)
    )


def _warnings(stretched: list[str]) -> list[str]:
    if not stretched:
        return []
    shown = ', '.join(stretched[:MAX_STRETCHED_SHOWN])
    more = ', ...' if len(stretched) > MAX_STRETCHED_SHOWN else ''
    return [
        f'the labels of {len(stretched)} videos had another length and were '
        f'stretched: {shown}{more}'
    ]


def _entry(
    penn_dir: Path, name: str, phases: PhaseFile | None, stretched: list[str]
) -> dict[str, Any] | str:
    """Return a video's entry, or why it is left out; note whose labels stretch."""
    mat, folder = penn_dir / 'labels' / f'{name}.mat', penn_dir / 'frames' / name
    if not mat.is_file():
        return f'has no labels/{mat.name}'
    action, num_frames = read_mat(mat)
    if action in ACTIONS_WITHOUT_PHASES:
        return f'{action} has no phases'
    if action not in NUM_PHASES:
        known = ', '.join([*NUM_PHASES, *ACTIONS_WITHOUT_PHASES])
        raise ValueError(
            f'labels/{mat.name}: unknown action {quote(action)}; known: {known}'
        )
    if phases is None:
        return f'has no phase labels; its action is {action}'
    if phases.folder in NUM_PHASES and phases.folder != action:
        raise ValueError(f'labels/{mat.name} says {action}, unlike {phases.path}')
    if not folder.is_dir():
        return f'has no frames/{name}'
    found = ImageFolder(folder).num_frames
    if found != num_frames:
        raise ValueError(
            f'frames/{name} has {found} frames, but labels/{mat.name} says {num_frames}'
        )
    labels = read_phases(phases.path, NUM_PHASES[action])
    if not num_frames <= 2 * len(labels) <= 4 * num_frames:
        raise ValueError(
            f'{phases.path}: has {len(labels)} labels, but frames/{name} has '
            f'{num_frames} frames: too far apart to be of one video'
        )
    if len(labels) != num_frames:
        stretched.append(name)
    return {
        'split': phases.split,
        'num_frames': num_frames,
        'action': action,
        'phases': label_rows(stretch_labels(labels, num_frames)),
    }


def _frames(folder: Path) -> Iterator[np.ndarray]:
    images = open_video(folder)
    yield from images.stream(range(images.num_frames))
