"""One video of several side by side: its frames, a bar of its phases, its time."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont

from carl_mm.visualization.parts.phases import UNLABELLED_NAME, label_colors, readable
from carl_mm.visualization.parts.times import FrameTimes

MIN_PANEL_WIDTH_TO_HEIGHT = 0.9  # room for the text under an upright video
BACKGROUND = 48  # dark, yet a black phase shows


@dataclass
class VideoPanel:
    """One video: a line for its name, the frame, a bar of phases, two lines of text.

    Attributes:
        frames: ``(T, H, W, 3)`` uint8 RGB.
        labels: ``(T,)`` indices into ``phases``, -1 where unlabelled, or None.
        phases: Names of the phases.
        name: Name of the video.
        times: When its frames are shown.
        height: Height of the frame in the panel, in pixels.
    """

    frames: np.ndarray
    labels: np.ndarray | None
    phases: list[str]
    name: str
    times: FrameTimes
    height: int

    @cached_property
    def line_height(self) -> int:
        """Height of a line of text, in pixels."""
        return max(16, round(self.height / 11))

    @cached_property
    def picture_width(self) -> int:
        """Width of the scaled frame, in pixels."""
        _, height, width, _ = self.frames.shape
        return max(1, int(width * self.height / height + 0.5))

    @cached_property
    def canvas_size(self) -> tuple[int, int]:
        """Width and height of the panel, in pixels."""
        least = round(MIN_PANEL_WIDTH_TO_HEIGHT * self.height)
        bars = self.line_height + self.line_height // 2
        return max(self.picture_width, least), self.height + 2 * self.line_height + bars

    @cached_property
    def font(self) -> ImageFont.FreeTypeFont:
        """Font of all texts."""
        # Comes with matplotlib, and has letters that OpenCV's font lacks.
        path = font_manager.findfont('DejaVu Sans')
        return ImageFont.truetype(path, round(self.line_height * 0.72))

    @cached_property
    def colors(self) -> np.ndarray:
        """Colour of each frame's phase, ``(T, 3)`` uint8."""
        unknown = np.full(len(self.frames), -1)
        labels = unknown if self.labels is None else self.labels
        colors: np.ndarray = label_colors(labels, len(self.phases)) * 255
        return colors.round().astype(np.uint8)

    @cached_property
    def bar(self) -> np.ndarray:
        """Bar of the phases over time, ``(h, W, 3)`` uint8."""
        width = self.canvas_size[0]
        inds = self.times.frames_at(width)
        return np.repeat(self.colors[inds][None], self.line_height // 2, axis=0)

    def draw(self, index: int) -> np.ndarray:
        """Draw frame ``index`` with its texts, ``(H, W, 3)`` uint8."""
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
        seconds = self.times.starts[index]
        self._write(pen, f'{seconds:.2f} s of {self.times.end:.2f} s', text_top)
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
        times = self.times
        middle = (times.starts[index] + times.ends[index]) / 2 - times.starts[0]
        centre = round(middle / times.duration * width)
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
        """Write a line, after a square of ``color``; what does not fit ends in dots."""
        text = readable(text)
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
