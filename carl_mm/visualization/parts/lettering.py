"""Lines of text on pictures."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image, ImageDraw

from carl_mm.visualization.parts.phases import readable
from carl_mm.visualization.parts.writing import Writing

LETTERS_IN_LINE = 0.72  # size of the letters, in heights of a line


@dataclass(frozen=True)
class Lettering:
    """How lines of text are written.

    Attributes:
        line_height: Height of a line, in pixels.
    """

    line_height: int

    @property
    def edge(self) -> int:
        """Free pixels on each side of a line."""
        return max(4, self.line_height // 5)

    @cached_property
    def writing(self) -> Writing:
        """How its letters are written."""
        return Writing(round(self.line_height * LETTERS_IN_LINE))

    def line(
        self,
        width: int,
        text: str,
        background: int,
        color: tuple[int, ...] | None = None,
        ending: str = '',
    ) -> np.ndarray:
        """Draw a line in white.

        Args:
            width: Width of the line, in pixels.
            text: Text to write; of a long one the middle is cut out.
            background: Grey level behind it.
            color: RGB colour of a square before the text; by default there is none.
            ending: What stands behind the text, however long that is.

        Returns:
            ``(line_height, width, 3)`` uint8.
        """
        size = width, self.line_height
        image = Image.new('RGB', size, (background, background, background))
        pen = ImageDraw.Draw(image)
        left, side = self.edge, self.line_height // 2
        middle = self.line_height // 2
        if color is not None:
            low = middle - side // 2
            pen.rectangle((left, low, left + side, low + side), fill=color)
            left += side + self.edge + 2
        room = width - left - self.edge - self.writing.length(ending)
        shown = self.fitting(text, room) + ending
        self.writing.write(pen, left, middle, shown)
        return np.asarray(image)

    def marked(self, picture: np.ndarray, text: str) -> np.ndarray:
        """Write a small mark at the foot of a picture, white on black.

        Args:
            picture: ``(H, W, 3)`` uint8 RGB.
            text: Latin text to write; of a long one the middle is cut out.
        """
        font = self.writing.font
        image = Image.fromarray(picture)
        pen = ImageDraw.Draw(image)
        height, width = picture.shape[:2]
        text = self.fitting(text, width - self.line_height)
        middle = width / 2, height - self.line_height
        left, top, right, low = pen.textbbox(middle, text, font=font, anchor='mm')
        edge = self.edge
        pen.rectangle((left - edge, top - edge, right + edge, low + edge), fill='black')
        pen.text(middle, text, fill='white', font=font, anchor='mm')
        return np.asarray(image)

    def fitting(self, text: str, room: float) -> str:
        """Cut the middle out of a text that is wider than so many pixels."""
        shown = text = readable(text)
        kept = len(text)
        while kept and self.writing.length(shown) > room:
            kept -= 1
            shown = f'{text[: kept - kept // 2]}…{text[len(text) - kept // 2 :]}'
        return shown
