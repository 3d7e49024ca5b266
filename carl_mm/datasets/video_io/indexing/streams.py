"""The video stream that players choose."""

from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

STILL_CODECS = ('mjpeg', 'png')  # of previews, beside a stream of another codec
PICTURES = Disposition.attached_pic | Disposition.timed_thumbnails


def choose_stream(container: InputContainer) -> tuple[VideoStream | None, str]:
    """Choose a stream as players do: the default one, of several the largest.

    Attached pictures, such as the cover of an album, are no video, and a stream of
    JPEG pictures beside one of a video codec is a preview, as drones write it.

    Args:
        container: An opened file.

    Returns:
        The stream, None if there is no video; and a remark if there was a choice.
    """
    found = [s for s in container.streams.video if not s.disposition & PICTURES]
    if len(found) < 2:
        return (found[0] if found else None), ''
    chosen = max(found, key=_rank)  # of equal ones the first
    width, height = _size(chosen)
    return chosen, (
        f'has {len(found)} video streams; number {chosen.index} is taken, '
        f'{width}x{height}'
    )


def _rank(stream: VideoStream) -> tuple[bool, bool, bool, int]:
    width, height = _size(stream)
    is_default = bool(stream.disposition & Disposition.default)
    context = stream.codec_context
    is_preview = context is not None and context.name in STILL_CODECS
    return context is not None, not is_preview, is_default, width * height


def _size(stream: VideoStream) -> tuple[int, int]:
    context = stream.codec_context
    return (0, 0) if context is None else (context.width or 0, context.height or 0)
