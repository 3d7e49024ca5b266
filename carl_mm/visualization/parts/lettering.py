"""Lines of text on pictures."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont

from carl_mm.visualization.parts.phases import readable

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
    def font(self) -> ImageFont.FreeTypeFont:
        """Font of all texts."""
        # Comes with matplotlib, and has letters that OpenCV's font lacks.
        path = font_manager.findfont('DejaVu Sans')
        return ImageFont.truetype(path, round(self.line_height * LETTERS_IN_LINE))

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
        room = width - left - self.edge - self.font.getlength(ending)
        shown = self.fitting(text, room) + ending
        pen.text((left, middle), shown, fill='white', font=self.font, anchor='lm')
        return np.asarray(image)

    def marked(self, picture: np.ndarray, text: str) -> np.ndarray:
        """Write a small mark at the foot of a picture, white on black.

        Args:
            picture: ``(H, W, 3)`` uint8 RGB.
            text: Text to write; of a long one the middle is cut out.
        """
        image = Image.fromarray(picture)
        pen = ImageDraw.Draw(image)
        height, width = picture.shape[:2]
        text = self.fitting(text, width - self.line_height)
        middle = width / 2, height - self.line_height
        left, top, right, low = pen.textbbox(middle, text, font=self.font, anchor='mm')
        edge = self.edge
        pen.rectangle((left - edge, top - edge, right + edge, low + edge), fill='black')
        pen.text(middle, text, fill='white', font=self.font, anchor='mm')
        return np.asarray(image)

    def fitting(self, text: str, room: float) -> str:
        """Cut the middle out of a text that is wider than so many pixels."""
        shown = text = readable(text)
        kept = len(text)
        while kept and self.font.getlength(shown) > room:
            kept -= 1
            shown = f'{text[: kept - kept // 2]}…{text[len(text) - kept // 2 :]}'
        return shown
