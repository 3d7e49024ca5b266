"""Files of cached features: their names, whether they are whole, their size."""

import errno
import hashlib
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.runner import Runner
from torch import Tensor

from carl_mm.datasets.video_io.open_video import VideoDecodeError, open_video
from carl_mm.files import file_state


def check_disk_space(
    folder: Path, copies: np.ndarray, entries: list[dict[str, Any]], runner: Runner
) -> None:
    """Check that the features will fit on the disk, and log how much they will take.

    Args:
        folder: Folder that the files go to.
        copies: Features of one video, ``(K, S, C)``, from which the rest is estimated.
        entries: Videos whose features this process will make.
        runner: Runner, for its log and its number of processes.

    Raises:
        OSError: The disk has too little room.
    """

    def count_frames(entry: dict[str, Any]) -> int:
        try:
            return open_video(entry['filename']).num_frames
        except VideoDecodeError:
            return 0

    with ThreadPoolExecutor(4) as pool:
        num_frames = sum(pool.map(count_frames, entries))
    size = num_frames * copies.nbytes / copies.shape[1]
    free = shutil.disk_usage(folder).free
    runner.logger.info(
        f'features of {num_frames} frames will take {size / 1e9:.2f} GB; '
        f'{free / 1e9:.2f} GB are free'
    )
    if size * runner.world_size > free:  # the others' shares are about as large
        raise OSError(
            errno.ENOSPC,
            f'{folder}: features take {size * runner.world_size / 1e9:.2f} GB, '
            f'{free / 1e9:.2f} GB are free; set cache_dir, or num_copies lower',
        )


def video_key(filename: str) -> str:
    """Return the name of the file of a video's features; another if it changes."""
    try:
        size, changed = file_state(filename)
    except FileNotFoundError:
        return 'missing.npy'
    identity = f'{Path(filename).resolve()}|{size}|{changed}'
    return f'{hashlib.sha256(identity.encode()).hexdigest()[:24]}.npy'


def is_whole(file: Path, num_copies: int) -> bool:
    """Return whether a file can be read and has all copies."""
    try:
        return bool(np.load(file, mmap_mode='r').shape[0] == num_copies)
    except Exception:  # numpy raises errors of many kinds at damaged bytes
        return False


def read_copy(file: str | Path, max_frames: int) -> Tensor:
    """Read the first copy of a video's features, ``(S, C)``.

    Of a longer video ``max_frames`` evenly spread frames are read.
    """
    copies = np.load(file, mmap_mode='r')
    num_frames = copies.shape[1]
    inds = np.linspace(0, num_frames - 1, min(num_frames, max_frames)).round()
    return torch.from_numpy(np.array(copies[0][inds.astype(np.int64)]))
