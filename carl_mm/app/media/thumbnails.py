"""Small pictures of videos, kept where they can be made again."""

import threading
from pathlib import Path

from carl_mm.app.media.playable import copy_path, frame_jpeg
from carl_mm.datasets.video_io.open_video import open_video
from carl_mm.files import atomic_write

HEIGHT = 120  # pixels
AT_ONCE = 2  # decoders; a page asks for dozens at a time
_decoding = threading.Semaphore(AT_ONCE)


def thumbnail(path: Path, cache_dir: Path) -> Path:
    """Return the file of a JPEG of a video's middle frame; it is made once.

    Args:
        path: Video file.
        cache_dir: Folder to keep it in.

    Raises:
        VideoDecodeError: The video cannot be decoded.
        OSError: The file cannot be written.
    """
    file = copy_path(path, cache_dir).with_suffix('.jpg')
    if not file.exists():
        with _decoding:
            if not file.exists():
                middle = open_video(path).num_frames // 2
                picture = frame_jpeg(path, middle, HEIGHT)
                file.parent.mkdir(parents=True, exist_ok=True)
                atomic_write(file, lambda stream: stream.write(picture))
    return file
