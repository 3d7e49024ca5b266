"""Videos cropped to where they move, or to a box."""

from collections.abc import Iterable, Iterator
from typing import Any

import cv2
import numpy as np

from carl_mm.datasets.video_io.frame_reader import FrameReader
from carl_mm.datasets.video_io.shrinking import resize
from carl_mm.functional.motion_box import motion_box, motion_frames, motion_map

LONG_SIDE = 96  # of the pictures in which motion is looked for, in pixels
SHORTEST = 8

Box = tuple[float, float, float, float]  # left, top, width, height: shares of a picture


class _OtherFrames(FrameReader):
    """A video whose frames are shown otherwise; the rest is the same."""

    def __init__(self, video: FrameReader) -> None:
        self.video = video
        self.filename = video.filename
        self.num_frames = video.num_frames
        self.fps = video.fps
        self.num_threads = video.num_threads
        self.start_time, self.notes = video.start_time, video.notes
        self.is_cut = video.is_cut

    @property
    def timestamps(self) -> np.ndarray:  # type: ignore[override]
        """See `FrameReader`."""
        return self.video.timestamps


class BoxedVideo(_OtherFrames):
    """A video whose frames are cut to a box.

    Args:
        video: The video to crop.
        box: (left, top, width, height) of the box in shares of the picture, in [0, 1].

    Raises:
        ValueError: The box is empty, or leaves the picture.
    """

    def __init__(self, video: FrameReader, box: Box) -> None:
        super().__init__(video)
        self.box = check_box(box)

    def stream(self, frame_inds: Iterable[int]) -> Iterator[np.ndarray]:
        """Decode frames one at a time and crop them; see `FrameReader.stream`.

        Yields:
            ``(h, w, 3)`` uint8, RGB, at least one pixel.
        """
        left, top, width, height = self.box
        for frame in self.video.stream(frame_inds):
            rows, columns = frame.shape[:2]
            above = min(rows - 1, round(top * rows))
            before = min(columns - 1, round(left * columns))
            below = max(above + 1, round((top + height) * rows))
            behind = max(before + 1, round((left + width) * columns))
            yield frame[above:below, before:behind]


def check_box(box: Box) -> Box:
    """Return a box that lies in the picture, up to rounding.

    Raises:
        ValueError: It is empty, or leaves the picture.
    """
    left, top, width, height = box
    inside = min(left, top) >= 0 and max(left + width, top + height) <= 1 + 1e-6
    if not inside or not min(width, height) > 0:
        raise ValueError(
            'a box is left, top, width, height in shares of the picture, inside it, '
            f'got {list(box)}'
        )
    return left, top, width, height


class CroppedVideo(_OtherFrames):
    """A video whose frames are cut to one square around where it moves.

    The square is found before the first frame is given, by going through the video
    once; see `carl_mm.functional.motion_box`. It is the same in every process.

    Args:
        video: The video to crop.
        max_size: Largest side of a frame, in pixels, to which a larger square is
            reduced; by default any.

    Raises:
        ValueError: ``max_size`` is below 1.
    """

    def __init__(self, video: FrameReader, max_size: int | None = None) -> None:
        if max_size is not None and max_size < 1:
            raise ValueError(f'max_size must be at least 1, got {max_size}')
        super().__init__(video)
        self.max_size = max_size
        self._box: tuple[int, int, int] | None = None
        self._shape: tuple[int, ...] = ()  # the first frame's, once there is a box

    @property
    def box(self) -> tuple[int, int, int]:
        """(top, left, side) of the square, in pixels; the first use looks for it.

        Raises:
            VideoDecodeError: A frame is damaged.
        """
        if self._box is None:
            frame_inds, lag = motion_frames(self.num_frames)
            motion = motion_map(map(self._small, self.video.stream(frame_inds)), lag)
            self._box = motion_box(motion, *self._shape[:2])
        return self._box

    def stream(self, frame_inds: Iterable[int]) -> Iterator[np.ndarray]:
        """Decode frames one at a time and crop them; see `FrameReader.stream`.

        What lies outside the picture takes the colour of the nearest pixel in it.

        Yields:
            ``(side, side, 3)`` uint8, RGB.
        """
        top, left, side = self.box
        height, width = self._shape[:2]
        inside = np.s_[max(0, top) : top + side, max(0, left) : left + side]
        above, before = max(0, -top), max(0, -left)
        below, behind = max(0, top + side - height), max(0, left + side - width)
        for frame in self.video.stream(frame_inds):
            picture: Any = self._alike(frame)[inside]
            if above or below or before or behind:
                margins = above, below, before, behind
                picture = cv2.copyMakeBorder(picture, *margins, cv2.BORDER_REPLICATE)
            if self.max_size is not None and side > self.max_size:
                picture = resize(picture, self.max_size, self.max_size)
            yield picture

    def _small(self, frame: np.ndarray) -> np.ndarray:
        """Return a small grey copy, smoothed, in which noise is small, too."""
        self._shape = self._shape or frame.shape
        grey: Any = cv2.cvtColor(self._alike(frame), cv2.COLOR_RGB2GRAY)
        height, width = grey.shape
        scale = min(1.0, LONG_SIDE / max(height, width))
        small = [min(n, max(SHORTEST, round(n * scale))) for n in (width, height)]
        return np.asarray(cv2.GaussianBlur(resize(grey, *small), (3, 3), 0))

    def _alike(self, frame: np.ndarray) -> np.ndarray:
        """Return a frame in the first one's size: streams may change it midway."""
        return resize(frame, self._shape[1], self._shape[0])


Crop = str | Box | None


def check_crop(crop: Crop) -> Crop:
    """Return how videos are cropped.

    Args:
        crop: 'subject', or a box; None leaves them whole.

    Raises:
        ValueError: It is neither, or the box leaves the picture.
    """
    if crop is None or crop == 'subject':
        return crop
    if isinstance(crop, str):
        raise ValueError(f"crop must be 'subject', a box or None, got {crop!r}")
    return check_box(crop)


def crop_video(video: FrameReader, crop: Crop) -> FrameReader:
    """Crop a video to where it moves or to a box; see `check_crop`."""
    crop = check_crop(crop)
    if crop is None:
        return video
    return CroppedVideo(video) if isinstance(crop, str) else BoxedVideo(video, crop)
