"""Two videos side by side, in step."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont

from carl_mm.datasets.video_writer import write_mp4
from carl_mm.visualization.alignment_path import aligned_frame_inds
from carl_mm.visualization.phases import (
    UNLABELLED_NAME,
    check_labels,
    label_colors,
    phase_names,
)

MIN_PANEL_WIDTH_TO_HEIGHT = 0.9  # room for the text under an upright video
BACKGROUND = 48  # dark, yet a black phase shows


def write_aligned_video(
    path: str | Path,
    frames_a: np.ndarray,
    frames_b: np.ndarray,
    dtw_path: np.ndarray,
    fps: float,
    labels_a: np.ndarray | None = None,
    labels_b: np.ndarray | None = None,
    phases: Sequence[str] | None = None,
    names: tuple[str, str] = ('a', 'b'),
    height: int = 256,
    fps_b: float | None = None,
) -> int:
    """Write video a at its own pace, and beside it b at the aligned frames.

    Under each picture stand the phase, the time and a bar of the phases.

    Args:
        path: Of the mp4 file.
        frames_a: ``(N, H, W, 3)`` uint8 RGB.
        frames_b: ``(M, H, W, 3)`` uint8 RGB; of another size, perhaps.
        dtw_path: ``(L, 2)`` integers, pairs of frames (of a, of b). Where several
            frames of b match one of a, the middle one is shown.
        fps: Frames a second of video a and of the result.
        labels_a: ``(N,)``, indices into ``phases``; negative where unlabelled.
        labels_b: ``(M,)``.
        phases: Names of the labels.
        names: Of the videos.
        height: Of each picture, in pixels; frames are scaled to it.
        fps_b: Frames a second of video b, for its time stamps; by default ``fps``.

    Returns:
        The number of frames written, N.

    Raises:
        ValueError: Sizes that do not fit.
    """
    fps_b = fps if fps_b is None else fps_b
    if not (fps > 0 and fps_b > 0):
        raise ValueError(f'frames a second must be positive, got {fps} and {fps_b}')
    for frames, name in ((frames_a, 'frames_a'), (frames_b, 'frames_b')):
        if frames.ndim != 4 or frames.shape[-1] != 3 or frames.dtype != np.uint8:
            raise ValueError(
                f'{name} must be (T, H, W, 3) uint8, got {frames.shape} {frames.dtype}'
            )
    inds_b = aligned_frame_inds(dtw_path, len(frames_a), len(frames_b))
    checked = [
        None if labels is None else check_labels(labels, len(frames), name)
        for labels, frames, name in (
            (labels_a, frames_a, 'labels_a'),
            (labels_b, frames_b, 'labels_b'),
        )
    ]
    titles = phase_names([each for each in checked if each is not None], phases)
    panel_a = _Panel(frames_a, checked[0], titles, names[0], fps, height)
    panel_b = _Panel(frames_b, checked[1], titles, names[1], fps_b, height)
    return write_mp4(path, _side_by_side(panel_a, panel_b, inds_b), fps)


def _side_by_side(
    panel_a: '_Panel', panel_b: '_Panel', inds_b: np.ndarray
) -> Iterator[np.ndarray]:
    gap_width = max(8, panel_a.height // 16)
    gap = np.full((panel_a.canvas_size[1], gap_width, 3), BACKGROUND, np.uint8)
    for index_a, index_b in enumerate(inds_b.tolist()):
        pictures = [panel_a.draw(index_a), gap, panel_b.draw(index_b)]
        picture = np.concatenate(pictures, axis=1)
        # h264 needs even sides; a dark line costs less than a cut one.
        odd = [(0, side % 2) for side in picture.shape[:2]]
        yield np.pad(picture, [*odd, (0, 0)])


@dataclass
class _Panel:
    """One video: a line for its name, the picture, a bar, two lines of text."""

    frames: np.ndarray
    labels: np.ndarray | None
    phases: list[str]
    name: str
    fps: float
    height: int

    @cached_property
    def line_height(self) -> int:
        return max(16, round(self.height / 11))

    @cached_property
    def picture_width(self) -> int:
        _, height, width, _ = self.frames.shape
        return max(1, int(width * self.height / height + 0.5))

    @cached_property
    def canvas_size(self) -> tuple[int, int]:
        """Width and height."""
        least = round(MIN_PANEL_WIDTH_TO_HEIGHT * self.height)
        bars = self.line_height + self.line_height // 2
        return max(self.picture_width, least), self.height + 2 * self.line_height + bars

    @cached_property
    def font(self) -> ImageFont.FreeTypeFont:
        # Comes with matplotlib, and has letters that OpenCV's font lacks.
        path = font_manager.findfont('DejaVu Sans')
        return ImageFont.truetype(path, round(self.line_height * 0.72))

    @cached_property
    def colors(self) -> np.ndarray:
        """Of each frame's phase, ``(T, 3)`` uint8."""
        unknown = np.full(len(self.frames), -1)
        labels = unknown if self.labels is None else self.labels
        colors: np.ndarray = label_colors(labels, len(self.phases)) * 255
        return colors.round().astype(np.uint8)

    @cached_property
    def bar(self) -> np.ndarray:
        """The phases over time, ``(h, W, 3)`` uint8."""
        width = self.canvas_size[0]
        inds = np.arange(width) * len(self.frames) // width
        return np.repeat(self.colors[inds][None], self.line_height // 2, axis=0)

    def draw(self, index: int) -> np.ndarray:
        """Frame ``index`` with its texts, ``(H, W, 3)`` uint8."""
        width, height = self.canvas_size
        line = self.line_height
        canvas = np.full((height, width, 3), BACKGROUND, np.uint8)
        left = (width - self.picture_width) // 2
        canvas[line : line + self.height, left : left + self.picture_width] = (
            self._scale(self.frames[index])
        )
        top = line + self.height
        canvas[top : top + len(self.bar)] = self.bar
        self._draw_cursor(canvas, index, top)
        image = Image.fromarray(canvas)
        pen = ImageDraw.Draw(image)
        self._write(pen, self.name, 0)
        text_top = top + len(self.bar)
        seconds, total = index / self.fps, len(self.frames) / self.fps
        self._write(pen, f'{seconds:.2f} s of {total:.2f} s', text_top)
        if self.labels is not None:
            label = int(self.labels[index])
            phase = UNLABELLED_NAME if label < 0 else self.phases[label]
            color = tuple(self.colors[index].tolist())
            self._write(pen, phase, text_top + line, color)
        return np.asarray(image)

    def _scale(self, frame: np.ndarray) -> np.ndarray:
        smaller = frame.shape[0] > self.height
        how = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
        return cv2.resize(frame, (self.picture_width, self.height), interpolation=how)

    def _draw_cursor(self, canvas: np.ndarray, index: int, top: int) -> None:
        width = canvas.shape[1]
        centre = round((index + 0.5) / len(self.frames) * width)
        centre = min(max(centre, 3), width - 4)
        rows = slice(top, top + len(self.bar))
        canvas[rows, centre - 3 : centre + 4] = 0
        canvas[rows, centre - 1 : centre + 2] = 255

    def _write(
        self,
        pen: ImageDraw.ImageDraw,
        text: str,
        top: int,
        color: tuple[int, ...] | None = None,
    ) -> None:
        """One line, after a square of ``color``; what does not fit ends in dots."""
        left, side = 4, self.line_height // 2
        middle = top + self.line_height // 2
        if color is not None:
            low = middle - side // 2
            pen.rectangle((left, low, left + side, low + side), fill=color)
            left += side + 6
        room = self.canvas_size[0] - left - 4
        while len(text) > 1 and pen.textlength(text, font=self.font) > room:
            text = text.rstrip('…')[:-1] + '…'
        pen.text((left, middle), text, fill='white', font=self.font, anchor='lm')
