"""Videos to time with: a moving camera over texture, an object, sensor noise."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from carl_mm.datasets.video_io.open_video import VideoDecodeError, open_video
from carl_mm.datasets.video_io.video_writer import write_mp4

HEIGHT, WIDTH, FPS = 360, 640, 25


def make_video(num_frames: int) -> Path:
    """Return an h264 file of 640x360, made once on this machine."""
    folder = Path(tempfile.gettempdir()) / 'carl_mm_benchmark'
    path = folder / f'video_{num_frames}.mp4'
    try:
        if open_video(path).num_frames == num_frames:
            return path
    except VideoDecodeError:
        pass  # not made yet
    write_mp4(path, draw_frames(num_frames), FPS, crf=23, keyframe_interval=250)
    return path


def draw_frames(num_frames: int) -> Iterator[np.ndarray]:
    """Draw ``(360, 640, 3)`` uint8 frames."""
    rng = np.random.default_rng(0)
    texture = rng.integers(0, 256, (HEIGHT + 40, WIDTH + 240, 3), dtype=np.uint8)
    texture = cv2.GaussianBlur(texture, (0, 0), 4)
    texture = cv2.normalize(texture, None, 0, 255, cv2.NORM_MINMAX)
    noise = rng.integers(-6, 7, (HEIGHT + 32, WIDTH + 32, 3), dtype=np.int16)
    for index in range(num_frames):
        left = int(110 + 100 * np.sin(index / 30))
        top = int(20 + 15 * np.cos(index / 23))
        frame = texture[top : top + HEIGHT, left : left + WIDTH].copy()
        centre = (
            int(320 + 200 * np.sin(index / 11)),
            int(180 + 100 * np.cos(index / 17)),
        )
        cv2.circle(frame, centre, 40, (255, 80, 20), -1)
        shift = rng.integers(0, 32, 2)
        grain = noise[shift[0] : shift[0] + HEIGHT, shift[1] : shift[1] + WIDTH]
        yield np.clip(frame + grain, 0, 255).astype(np.uint8)
