"""Open files or folders of images as videos."""

import os

from carl_mm.datasets.video_io.frame_reader import FrameReader, VideoDecodeError
from carl_mm.datasets.video_io.image_folder import ImageFolder
from carl_mm.datasets.video_io.pyav_video import PyAVVideo

__all__ = ['DECODERS', 'FrameReader', 'VideoDecodeError', 'open_video']
DECODERS = ('pyav', 'decord')
SALVAGE_VARIABLE = 'CARL_MM_SALVAGE'


def open_video(
    filename: str | os.PathLike[str],
    num_threads: int = 1,
    decoder: str = 'pyav',
    salvage: bool | None = None,
) -> FrameReader:
    """Open a video file, or a folder of numbered images as a video.

    Args:
        filename: Path of the file or the folder.
        num_threads: Number of a file decoder's threads.
        decoder: 'pyav' or 'decord'. Both return the same frames of ordinary files.
            decord is slower, buffers frames without a limit, and its jumps miss the
            frame in some files (MPEG-TS, open groups of pictures).
        salvage: Whether to take the frames before the damage of a damaged file, by
            'pyav' only; by default if the environment variable CARL_MM_SALVAGE is 1,
            as the tools' ``--salvage`` sets it.

    Raises:
        VideoDecodeError: The video cannot be read.
        ValueError: The decoder is unknown or not installed.
    """
    if decoder not in DECODERS:
        raise ValueError(f'decoder must be one of {DECODERS}, got {decoder!r}')
    if os.path.isdir(filename):
        return ImageFolder(filename)
    if salvage is None:
        salvage = os.environ.get(SALVAGE_VARIABLE) == '1'
    if decoder == 'pyav':
        return PyAVVideo(filename, num_threads, salvage)
    try:
        # Imported late: its libraries shadow some of PyAV's (VP9's encoder).
        from carl_mm.datasets.video_io.decord_video import DecordVideo
    except ModuleNotFoundError as error:
        raise ValueError(
            "decoder='decord': decord is not installed; pip install decord, or use "
            "the default, 'pyav'"
        ) from error
    return DecordVideo(filename, num_threads)
