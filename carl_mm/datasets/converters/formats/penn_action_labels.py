"""Penn Action's labels: actions in .mat files, phases in .npy files."""

import multiprocessing
import os
import re
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from scipy.io import loadmat

from carl_mm.datasets.converters.formats.frame_labels import to_frame_labels
from carl_mm.datasets.problems import refuse
from carl_mm.quoting import clip, quote

MAX_SECONDS = 60  # to read one file, the start of the process included
NUM_PHASES = {
    'baseball_pitch': 4,
    'baseball_swing': 3,
    'bench_press': 2,
    'bowl': 3,
    'clean_and_jerk': 6,
    'golf_swing': 3,
    'jumping_jacks': 4,
    'pushup': 2,
    'pullup': 2,
    'situp': 2,
    'squat': 4,
    'tennis_forehand': 3,
    'tennis_serve': 4,
}
ACTIONS_WITHOUT_PHASES = ('strum_guitar', 'jump_rope')
SPLIT_OF_FOLDER = {'train': 'train', 'val': 'test', 'test': 'test'}


@dataclass(frozen=True)
class PhaseFile:
    """A file ``SPLIT/ACTION/NNNN*.npy`` of the phases of one video.

    Args:
        path: Path of the file.
        split: Split of the video, 'train' or 'test'.
        folder: Name of the folder ACTION; some spell the action differently.
    """

    path: Path
    split: str
    folder: str


def penn_action_phases() -> dict[str, list[str]]:
    """Return names for the phases of the 13 actions; they are published as numbers."""
    return {
        action: [f'phase_{index}' for index in range(count)]
        for action, count in NUM_PHASES.items()
    }


def find_phase_files(phase_dir: Path) -> dict[str, PhaseFile]:
    """Find the .npy files, by the number of their video.

    Args:
        phase_dir: Folder of ``SPLIT/ACTION/NNNN*.npy``.

    Raises:
        FileNotFoundError: There is no such folder, or no such file in it.
        ValueError: A split is unknown, a file has no number, or a video has two files.
    """
    found, problems = dict[str, PhaseFile](), list[str]()
    list_folder(phase_dir)  # raises if the folder is missing
    for path in sorted(phase_dir.glob('*/*/[!.]*.npy')):
        where = path.relative_to(phase_dir)
        split, folder = where.parts[:2]
        number = re.match(r'\d{4}', path.name)
        if split not in SPLIT_OF_FOLDER:
            known = ', '.join(SPLIT_OF_FOLDER)
            problems.append(f'{where}: unknown split {quote(split)}; known: {known}')
        elif number is None:
            problems.append(f'{where}: must start with the four digits of a video')
        else:
            file = PhaseFile(path, SPLIT_OF_FOLDER[split], folder)
            other = found.setdefault(number[0], file)
            if other != file:
                problems.append(
                    f'{where}: video {number[0]} also has '
                    f'{other.path.relative_to(phase_dir)}'
                )
    refuse(str(phase_dir), problems)
    if not found:
        raise FileNotFoundError(f'{phase_dir}: contains no SPLIT/ACTION/NNNN*.npy')
    return found


def list_folder(folder: Path) -> list[Path]:
    """List a folder without its hidden files.

    Raises:
        FileNotFoundError: There is no such folder.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f'{folder}: no such folder')
    return [path for path in folder.iterdir() if not path.name.startswith('.')]


@cache
def _mat_reader(process: int) -> ProcessPoolExecutor:
    """Return a process of its own: scipy ends it at some damaged files (status -11).

    One for each process: a forked one does not get its parent's.
    """
    context = multiprocessing.get_context('spawn')
    return ProcessPoolExecutor(1, context, initializer=_end_with_parent)


def _end_with_parent() -> None:
    """Let this process end with the one that started it, however that ends."""

    def wait() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
            os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def read_mat(path: Path) -> tuple[str, int]:
    """Read the action and the number of frames from ``labels/NNNN.mat``.

    Args:
        path: Path of the .mat file.

    Raises:
        ValueError: The file lacks them or is damaged.
    """
    try:
        names = ['action', 'nframes']
        job = _mat_reader(os.getpid()).submit(loadmat, str(path), variable_names=names)
        mat = job.result(MAX_SECONDS)
        return str(np.ravel(mat['action'])[0]), int(np.ravel(mat['nframes'])[0])
    # scipy raises errors of many kinds at damaged bytes, and its process may die.
    except Exception as error:
        if isinstance(error, BrokenProcessPool | TimeoutError):
            _mat_reader.cache_clear()
        raise ValueError(
            f'labels/{path.name}: action and nframes cannot be read '
            f'({type(error).__name__}: {clip(error)})'
        ) from error


def read_phases(path: Path, num_phases: int) -> np.ndarray:
    """Read the phase of each frame, -1 where it is not labelled.

    Args:
        path: Path of the .npy file.
        num_phases: Number of the action's phases.

    Returns:
        ``(T,)`` int64.

    Raises:
        ValueError: The file does not contain one phase per frame; the message names
            it.
    """
    try:
        values = np.load(path, allow_pickle=False)
        if values.size == 0:
            raise ValueError('contains no label')
        return to_frame_labels(values, num_phases)
    # numpy raises errors of many kinds at damaged bytes, MemoryError too.
    except Exception as error:
        raise ValueError(f'{path}: {clip(error, 200)}') from error
