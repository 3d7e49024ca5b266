"""Video files opened by FFmpeg, which reads far more than videos."""

import os

import av
from av.container import InputContainer

from carl_mm.datasets.video_io.frame_reader import VideoDecodeError

# A playlist (concat, HLS, DASH, SDP, image sequences) would open other files and
# addresses, whatever its own name is.
FORMATS = (
    *('mov', 'matroska', 'webm', 'avi', 'mpegts', 'mpeg', 'mpegvideo', 'm4v'),
    *('h264', 'hevc', 'av1', 'ivf', 'obu', 'flv', 'asf', 'ogg', 'mxf', 'dv', 'gif'),
    'dhav',
)
MAX_PIXELS = 2**25  # of a frame; 8K just fits
_OPTIONS = {
    'format_whitelist': ','.join(FORMATS),
    'protocol_whitelist': 'file',
    'max_pixels': str(MAX_PIXELS),
}


def open_container(filename: str | os.PathLike[str]) -> InputContainer:
    """Open a video file, and nothing that leads to other files or to the network.

    Args:
        filename: Path of the file; a colon in it is no protocol.

    Raises:
        VideoDecodeError: It is not a file of a kind in `FORMATS`.
        av.FFmpegError: It cannot be opened.
    """
    path = f'file:{os.fspath(filename)}'
    try:
        container = av.open(path, metadata_errors='replace', options=dict(_OPTIONS))
    except av.ArgumentError as error:
        raise VideoDecodeError(
            f'{filename}: cannot be decoded (neither a container of videos nor one of '
            f'the known kinds {", ".join(FORMATS[:6])}, ...; playlists are not opened)'
        ) from error
    for stream in container.streams.video:
        if stream.codec_context is not None:
            stream.codec_context.options = {'max_pixels': str(MAX_PIXELS)}
            size = stream.codec_context.width, stream.codec_context.height
            if size[0] * size[1] > MAX_PIXELS:
                container.close()
                raise too_large(filename)
    return container


def too_large(name: object) -> VideoDecodeError:
    """Return the error for a picture of more than `MAX_PIXELS`."""
    return VideoDecodeError(
        f'{name}: has more than {MAX_PIXELS // 10**6} million pixels, and is not '
        'decoded; scale it down'
    )
