"""One video of several side by side: its frames, a bar of its phases, its time."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np

from carl_mm.visualization.parts.lettering import Lettering
from carl_mm.visualization.parts.phases import UNLABELLED_NAME, label_colors
from carl_mm.visualization.parts.times import FrameTimes

MIN_LINE_HEIGHT = 22  # of text, in pixels: letters of 16
LINES_IN_HEIGHT = 16  # of text in that of the frame
MIN_WIDTH_IN_LINES = 10  # room for the text under an upright video
DIMMED = 0.3
BACKGROUND = 48  # dark, yet a black phase shows


@dataclass
class VideoPanel:
    """One video: a line for its name, the frame, a bar of phases, two lines of text.

    Attributes:
        size: Height and width of the frames as they are given.
        labels: ``(T,)`` indices into ``phases``, -1 where unlabelled, or None.
        phases: Names of the phases.
        name: Name of the video.
        times: When its frames are shown.
        height: Height of the frame in the panel, in pixels.
        least_width: Least width of the panel, in pixels.
    """

    size: tuple[int, int]
    labels: np.ndarray | None
    phases: list[str]
    name: str
    times: FrameTimes
    height: int
    least_width: int = 0

    @cached_property
    def line_height(self) -> int:
        """Height of a line of text, in pixels."""
        return max(MIN_LINE_HEIGHT, round(self.height / LINES_IN_HEIGHT))

    @cached_property
    def picture_width(self) -> int:
        """Width of the scaled frame, in pixels."""
        height, width = self.size
        return max(1, int(width * self.height / height + 0.5))

    @cached_property
    def canvas_size(self) -> tuple[int, int]:
        """Width and height of the panel, in pixels."""
        least = max(self.least_width, MIN_WIDTH_IN_LINES * self.line_height)
        bars = self.line_height + self.line_height // 2
        return max(self.picture_width, least), self.height + 2 * self.line_height + bars

    @cached_property
    def lettering(self) -> Lettering:
        """How its texts are written."""
        return Lettering(self.line_height)

    @cached_property
    def colors(self) -> np.ndarray:
        """Colour of each frame's phase, ``(T, 3)`` uint8."""
        unknown = np.full(len(self.times.starts), -1)
        labels = unknown if self.labels is None else self.labels
        colors: np.ndarray = label_colors(labels, len(self.phases)) * 255
        return colors.round().astype(np.uint8)

    @cached_property
    def bar(self) -> np.ndarray:
        """Bar of the phases over time, ``(h, W, 3)`` uint8."""
        width = self.canvas_size[0]
        inds = self.times.frames_at(width)
        return np.repeat(self.colors[inds][None], self.line_height // 2, axis=0)

    def draw(
        self, index: int, frame: np.ndarray, missing: str | None = None
    ) -> np.ndarray:
        """Draw a frame with its texts.

        Args:
            index: Number of the frame.
            frame: ``(H, W, 3)`` uint8 RGB.
            missing: What to write on the frame, which is then dimmed.

        Returns:
            ``(h, w, 3)`` uint8 of `canvas_size`.
        """
        picture = self.place(frame)
        if missing is not None:
            picture = self.lettering.marked(
                (picture * DIMMED).astype(np.uint8), missing
            )
        return np.concatenate([self.header(), picture, self.footer(index)])

    def header(self, ending: str = '') -> np.ndarray:
        """Draw the line with the name, and what stands behind it."""
        width = self.canvas_size[0]
        return self.lettering.line(width, self.name, BACKGROUND, ending=ending)

    def place(self, frame: np.ndarray, under: np.ndarray | None = None) -> np.ndarray:
        """Scale a frame and put it in the middle of the panel's width.

        Args:
            frame: ``(H, W, 3)`` uint8 RGB.
            under: Picture over which the frame is laid half-transparent,
                ``(height, w, 3)`` uint8; by default an empty one that it hides.
        """
        scaled: Any = self._scale(frame)
        width = self.canvas_size[0]
        left = (width - self.picture_width) // 2
        columns = slice(left, left + self.picture_width)
        if under is None:
            canvas = np.full((self.height, width, 3), BACKGROUND, np.uint8)
            canvas[:, columns] = scaled
            return canvas
        canvas = under.copy()
        canvas[:, columns] = cv2.addWeighted(under[:, columns], 0.5, scaled, 0.5, 0)
        return canvas

    def footer(self, index: int) -> np.ndarray:
        """Draw the bar of phases, the time and the phase of a frame."""
        bar, width = self.bar.copy(), self.canvas_size[0]
        self._draw_cursor(bar, index)
        text = f'{self.times.starts[index]:.2f} s of {self.times.end:.2f} s'
        phase, color = '', None
        if self.labels is not None:
            label = int(self.labels[index])
            phase = UNLABELLED_NAME if label < 0 else self.phases[label]
            color = tuple(self.colors[index].tolist())
        time_line = self.lettering.line(width, text, BACKGROUND)
        phase_line = self.lettering.line(width, phase, BACKGROUND, color)
        return np.concatenate([bar, time_line, phase_line])

    def _scale(self, frame: np.ndarray) -> np.ndarray:
        smaller = frame.shape[0] > self.height
        how = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
        size = self.picture_width, self.height
        if frame.shape[1::-1] == size:
            return frame
        return cv2.resize(frame, size, interpolation=how)

    def _draw_cursor(self, bar: np.ndarray, index: int) -> None:
        width = bar.shape[1]
        times = self.times
        middle = (times.starts[index] + times.ends[index]) / 2 - times.starts[0]
        centre = round(middle / times.duration * width)
        half = max(1, self.line_height // 20)
        centre = min(max(centre, 3 * half), width - 3 * half - 1)
        bar[:, centre - 3 * half : centre + 3 * half + 1] = 0
        bar[:, centre - half : centre + half + 1] = 255
