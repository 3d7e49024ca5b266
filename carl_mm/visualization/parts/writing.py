"""Text of any script on pictures and in figures."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec

from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import ImageDraw, ImageFont

from carl_mm.visualization.parts import fonts

P = ParamSpec('P')


@dataclass(frozen=True)
class Writing:
    """How texts are written on pictures, each letter in a font that has it.

    Attributes:
        size: Size of the letters, in pixels.
    """

    size: int

    @property
    def font(self) -> ImageFont.FreeTypeFont:
        """Font of most texts."""
        return _font(fonts.FONTS.base, self.size)

    def length(self, text: str) -> float:
        """Return the width of a text, in pixels."""
        return float(sum(font.getlength(part) for font, part in self._parts(text)))

    def write(
        self, pen: ImageDraw.ImageDraw, left: float, middle: float, text: str
    ) -> None:
        """Write a text in white.

        Args:
            pen: Pen of the picture.
            left: Where it begins, in pixels.
            middle: Middle of its height, in pixels.
            text: Text to write.
        """
        parts = self._parts(text)
        if [font for font, _ in parts] == [self.font]:
            text = parts[0][1]
            pen.text((left, middle), text, fill='white', font=self.font, anchor='lm')
            return
        # On one line, whatever the fonts' heights.
        above, below = self.font.getmetrics()
        low = middle + (above - below) / 2
        for font, part in parts:
            pen.text((left, low), part, fill='white', font=font, anchor='ls')
            left += font.getlength(part)

    def _parts(self, text: str) -> list[tuple[ImageFont.FreeTypeFont, str]]:
        pieces = fonts.FONTS.pieces(text)
        return [
            (_font(file, self.size), fonts.rightward(part)) for file, part in pieces
        ]


@functools.lru_cache(maxsize=64)
def _font(file: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(file, size)


def with_fonts(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Give the texts of a figure the fonts that they need; others stay as they are."""

    @functools.wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Figure:
        figure = draw(*args, **kwargs)
        for text in figure.findobj(Text):
            if isinstance(text, Text) and not text.get_text().isascii():
                more = fonts.FONTS.families(text.get_text())
                if more:
                    text.set_fontfamily([*text.get_fontfamily(), *more])
        return figure

    return drawn
