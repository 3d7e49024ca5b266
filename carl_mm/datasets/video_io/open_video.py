"""Open files or folders of images as videos."""

import os

from carl_mm.datasets.video_io.frame_reader import FrameReader, VideoDecodeError
from carl_mm.datasets.video_io.image_folder import ImageFolder
from carl_mm.datasets.video_io.pyav_video import PyAVVideo

__all__ = ['DECODERS', 'FrameReader', 'VideoDecodeError', 'open_video']
DECODERS = ('pyav', 'decord')


def open_video(
    filename: str | os.PathLike, num_threads: int = 1, decoder: str = 'pyav'
) -> FrameReader:
    """Open a video file, or a folder of numbered images as a video.

    Args:
        filename: Of either.
        num_threads: Of a file's decoder.
        decoder: 'pyav' or 'decord'. They give the same frames of plain files; decord
            is slower, holds frames ahead without a bound, and in some files (MPEG-TS,
            open groups of pictures) its jumps miss the frame.

    Raises:
        VideoDecodeError: It cannot be read.
        ValueError: An unknown decoder, or one that is not installed.
    """
    if decoder not in DECODERS:
        raise ValueError(f'decoder must be one of {DECODERS}, got {decoder!r}')
    if os.path.isdir(filename):
        return ImageFolder(filename)
    if decoder == 'pyav':
        return PyAVVideo(filename, num_threads)
    try:
        # Not above: its libraries, once loaded, shadow some of PyAV's (VP9's encoder).
        from carl_mm.datasets.video_io.decord_video import DecordVideo
    except ModuleNotFoundError as error:
        raise ValueError(
            "decoder='decord': decord is not installed; pip install decord, or leave "
            "the default, 'pyav'"
        ) from error
    return DecordVideo(filename, num_threads)
