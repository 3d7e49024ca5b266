"""Files of cached features: their names, their wholeness, the room they take."""

import errno
import hashlib
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from mmengine.runner import Runner

from carl_mm.datasets.video_io.open_video import VideoDecodeError, open_video


def check_disk_space(
    folder: Path, copies: np.ndarray, entries: list[dict], runner: Runner
) -> None:
    """Say what the files will take, and refuse a disk without that room."""

    def count_frames(entry: dict) -> int:
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
    """Return the name of a video's file of features."""
    try:
        stat = Path(filename).stat()
    except FileNotFoundError:
        return 'missing.npy'
    identity = f'{Path(filename).resolve()}|{stat.st_size}|{stat.st_mtime_ns}'
    return f'{hashlib.sha256(identity.encode()).hexdigest()[:24]}.npy'


def is_whole(file: Path, num_copies: int) -> bool:
    """Whether a file can be read and has all copies."""
    try:
        return np.load(file, mmap_mode='r').shape[0] == num_copies
    except (OSError, ValueError, EOFError):
        return False
