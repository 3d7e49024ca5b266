"""Files of cached features: their names, whether they are whole, their size."""

import errno
import hashlib
import io
import shutil
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

import numpy as np
import torch
from mmengine.runner import Runner
from torch import Tensor

from carl_mm.datasets.video_io.open_video import VideoDecodeError, open_video
from carl_mm.files import BLOCK, file_state
from carl_mm.heartbeat import beat
from carl_mm.models.recognizers.framewise_recognizer import FramewiseRecognizer

CHECKSUM_BYTES = 4


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
        beat()  # of many videos this takes minutes
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


def write_features(stream: IO[bytes], copies: np.ndarray) -> None:
    """Write features as `np.save` does, and behind them a checksum of these bytes.

    Args:
        stream: Stream to write to.
        copies: Features of one video, ``(K, S, C)``.
    """
    buffer = io.BytesIO()
    np.save(buffer, copies)
    content = buffer.getbuffer()
    stream.write(content)
    stream.write(zlib.crc32(content).to_bytes(CHECKSUM_BYTES, 'big'))


def is_whole(file: Path, num_copies: int) -> bool:
    """Return whether a file has all copies, and every byte as it was written.

    It is read to its end: a gigabyte takes about a second from memory.
    """
    beat()
    try:
        if np.load(file, mmap_mode='r').shape[0] != num_copies:
            return False
        left, checksum = file.stat().st_size - CHECKSUM_BYTES, 0
        with file.open('rb') as stream:
            while left > 0 and (block := stream.read(min(left, BLOCK))):
                checksum = zlib.crc32(block, checksum)
                left -= len(block)
            return stream.read() == checksum.to_bytes(CHECKSUM_BYTES, 'big')
    except Exception:  # damaged bytes fail in whatever way
        return False


def check_width(file: Path, model: FramewiseRecognizer) -> None:
    """Check that cached features are as wide as what the model makes of them.

    Args:
        file: File of features that are whole.
        model: The model that is to learn from them.

    Raises:
        ValueError: They are not; names both widths.
    """
    wanted = getattr(model.neck, 'in_channels', None)
    if model.learnt_stages is not None or wanted is None:
        return  # they say so themselves
    width = np.load(file, mmap_mode='r').shape[2]
    if width != wanted:
        raise ValueError(
            f'{file}: cached features of {width} channels, but neck.in_channels is '
            f'{wanted}; correct that or the backbone, or, if both are right, delete '
            f'{file.parent}'
        )


def read_copy(file: str | Path, max_frames: int) -> Tensor:
    """Read the first copy of a video's features, ``(S, C)``.

    Of a longer video ``max_frames`` evenly spread frames are read.
    """
    copies = np.load(file, mmap_mode='r')
    num_frames = copies.shape[1]
    inds = np.linspace(0, num_frames - 1, min(num_frames, max_frames)).round()
    return torch.from_numpy(np.array(copies[0][inds.astype(np.int64)]))
