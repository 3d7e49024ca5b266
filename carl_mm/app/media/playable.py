"""Videos in a form that browsers play."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np

from carl_mm.datasets.video_io.containers import open_container
from carl_mm.datasets.video_io.indexing.streams import choose_stream
from carl_mm.datasets.video_io.open_video import (
    FrameReader,
    VideoDecodeError,
    open_video,
)
from carl_mm.datasets.video_io.shrinking import shrink
from carl_mm.datasets.video_io.video_writer import write_mp4
from carl_mm.files import file_state

MAX_SIDE = 960  # pixels; larger videos are shrunk to it in copies
PIXEL_FORMATS = ('yuv420p', 'yuvj420p')
FORM = 2  # of copies; to be raised whenever they are made differently
MP4_CODECS = ('h264', 'vp9', 'av1')
WEBM_CODECS = ('vp8', 'vp9', 'av1')


@dataclass(frozen=True, eq=False)
class PlayableVideo:
    """A file that browsers play.

    Attributes:
        path: The video itself or a copy of it.
        media_type: Media type of the file, 'video/mp4' say.
        times: ``(T,)`` seconds at which the player shows each frame.
    """

    path: Path
    media_type: str
    times: np.ndarray


def playable(path: Path, copies_dir: Path) -> PlayableVideo:
    """Return a video as it is if browsers play it, else an mp4 copy.

    Args:
        path: Video file.
        copies_dir: Folder in which copies are kept, so that each is made once.

    Raises:
        VideoDecodeError: The video cannot be decoded.
        OSError: The copy cannot be written.
    """
    reader = open_video(path)
    media_type = browser_media_type(path)
    # Players differ in what they show before the first frame, after the last whole one
    # and of files with several streams or odd times.
    starts_on_time = 0 <= reader.start_time * reader.fps <= 0.5
    if media_type and starts_on_time and not reader.notes:
        return PlayableVideo(path, media_type, reader.timestamps + reader.start_time)
    copy = copy_path(path, copies_dir)
    if not copy.exists():
        times = np.append(reader.timestamps, reader.timestamps[-1] + 1 / reader.fps)
        write_mp4(copy, _shrunk(reader), reader.fps, crf=23, times=times)
    return PlayableVideo(copy, 'video/mp4', open_video(copy).timestamps)


def browser_media_type(path: Path) -> str | None:
    """Return the media type of a file that every browser plays, else None."""
    try:
        with open_container(path) as container:
            stream, _ = choose_stream(container)
            if stream is None:
                return None
            context = stream.codec_context
            form, codec = container.format.name, context.name
            pixels = context.pix_fmt
    except (av.FFmpegError, VideoDecodeError, IndexError):
        return None
    codec = {'libdav1d': 'av1', 'libvpx-vp9': 'vp9', 'libvpx': 'vp8'}.get(codec, codec)
    if pixels not in PIXEL_FORMATS:
        return None
    if 'mp4' in form.split(',') and codec in MP4_CODECS:
        return 'video/mp4'
    if path.suffix.lower() == '.webm' and codec in WEBM_CODECS:
        return 'video/webm'
    return None


def copy_path(path: Path, copies_dir: Path) -> Path:
    """Return where the copy of a video is, or would be, kept."""
    size, changed = file_state(path)
    key = f'{path}\n{size}\n{changed}\n{FORM}'
    return copies_dir / f'{hashlib.sha256(key.encode()).hexdigest()[:24]}.mp4'


def frame_jpeg(path: Path, frame: int, height: int = 160) -> bytes:
    """Return one frame of a video as a small JPEG.

    Args:
        path: Video file.
        frame: Number of the frame, from 0.
        height: Height of the picture, in pixels.

    Raises:
        ValueError: The video has no such frame.
        VideoDecodeError: The video cannot be decoded.
    """
    reader = open_video(path)
    if not 0 <= frame < reader.num_frames:
        raise ValueError(f'{path.name}: no frame {frame} of {reader.num_frames}')
    picture = reader.read([frame])[0]
    small = shrink(picture, height)
    encoded: np.ndarray = cv2.imencode('.jpg', small[:, :, ::-1])[1]
    return encoded.tobytes()


def _shrunk(reader: FrameReader) -> Iterator[np.ndarray]:
    for frame in reader.stream(range(reader.num_frames)):
        yield shrink(frame, MAX_SIDE, MAX_SIDE)
