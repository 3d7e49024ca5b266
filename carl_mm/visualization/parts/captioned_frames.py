"""Draw sheets: rows of frames, each with a border, a title and a caption."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from carl_mm.visualization.parts.fonts import columns, cut
from carl_mm.visualization.parts.phases import OKABE_ITO, plain, readable

CORRECT_COLOR = OKABE_ITO[4]
WRONG_COLOR = OKABE_ITO[5]
NEUTRAL_COLOR = '#555555'
WIDTH_INCHES = 12.0
MARGIN_INCHES = 0.1
GAP_INCHES = 0.16
HEADER_INCHES = 0.28
TITLE_INCHES = 0.28
CAPTION_POINTS = 12
LINE_INCHES = 0.2  # of a caption
MAX_HEIGHT_TO_WIDTH = 2.25  # an upright phone's
MIN_CAPTION_CHARACTERS = 12
MIN_COLUMNS = 4  # of fewer frames each would fill a screen
MIN_CELL_INCHES = 2.5  # of a picture's width: 250 pixels at 100 dots an inch


@dataclass
class CaptionedFrame:
    """One cell of a sheet.

    Attributes:
        picture: ``(H, W, 3)`` uint8 RGB.
        caption: Text below the picture; long lines are broken.
        title: Text above the picture, may be empty.
        color: Colour of the title and the border.
        style: Line style of the border.
    """

    picture: np.ndarray
    caption: str
    title: str = ''
    color: str = NEUTRAL_COLOR
    style: str = 'solid'


def sheet_figure(
    rows: Sequence[Sequence[CaptionedFrame | None]],
    headers: Sequence[str] | None = None,
) -> Figure:
    """Draw rows of frames on a sheet of 12 inches, or as wide as they need.

    Args:
        rows: Rows with at least one frame; they may differ in length. None leaves a
            place empty.
        headers: Text above each row.
    """
    # Laid out by hand: matplotlib's layouts cut captions below pictures whose sides
    # keep their proportion.
    num_columns = max(MIN_COLUMNS, *(len(row) for row in rows))
    around = 2 * MARGIN_INCHES + (num_columns - 1) * GAP_INCHES
    width = max(MIN_CELL_INCHES, (WIDTH_INCHES - around) / num_columns)
    total_width = around + num_columns * width
    # At 12 points even a capital is seldom wider than 0.12 inches.
    characters = max(MIN_CAPTION_CHARACTERS, int(width / 0.12))
    filled = [[cell for cell in row if cell is not None] for row in rows]
    captions = [[_caption(cell, characters) for cell in row] for row in rows]
    heights = [
        width * min(MAX_HEIGHT_TO_WIDTH, max(_shape(cell) for cell in row))
        for row in filled
    ]
    below = [0.2 + LINE_INCHES * max(_lines(text) for text in row) for row in captions]
    has_titles = any(cell.title for row in filled for cell in row)
    above = TITLE_INCHES if has_titles else MARGIN_INCHES
    above += HEADER_INCHES if headers is not None else 0
    total = sum(heights) + sum(below) + above * len(rows)
    figure = Figure(figsize=(total_width, total))
    top = total
    for index, row in enumerate(rows):
        if headers is not None:
            figure.text(
                MARGIN_INCHES / total_width, (top - 0.06) / total, headers[index],
                fontsize=12, fontweight='bold', va='top',
            )  # fmt: skip
        top -= above + heights[index]
        for column, cell in enumerate(row):
            if cell is None:
                continue
            left = MARGIN_INCHES + column * (width + GAP_INCHES)
            size = width / total_width, heights[index] / total
            box = left / total_width, top / total, *size
            _draw_cell(figure, box, cell, captions[index][column])
        top -= below[index]
    return figure


def mark_style(mark: bool | None) -> tuple[str, str, str]:
    """Return sign, colour and line style for a right, wrong or unknown phase."""
    if mark is None:
        return '', NEUTRAL_COLOR, 'solid'
    return ('✓', CORRECT_COLOR, 'solid') if mark else ('✗', WRONG_COLOR, 'dashed')


def wrap(text: str, characters: int) -> str:
    """Break lines of too many characters after one of ' _-/.', else anywhere."""
    lines = []
    for line in text.splitlines():
        shown = ''
        for word, end in re.findall(r'([^ _\-/.]*)([ _\-/.]?)', line):
            for part in _chunks(word, end, characters):
                if columns(shown + part) > characters:
                    lines.append(shown)
                    shown = ''
                shown += part
        lines.append(shown)
    return '\n'.join(lines)


def _chunks(word: str, end: str, characters: int) -> Iterator[str]:
    """Cut a word that is wider than a line; what ends it stays with the last part."""
    while columns(word) > characters - 1:
        # A letter as wide as two is more than a line of one.
        chunk = cut(word, characters - 1) or word[0]
        yield chunk
        word = word[len(chunk) :]
    yield word + end


def _caption(cell: CaptionedFrame | None, characters: int) -> str:
    if cell is None:
        return ''
    lines = wrap(readable(cell.caption), characters).splitlines()
    return '\n'.join(map(plain, lines))


def _shape(cell: CaptionedFrame) -> float:
    height, width = cell.picture.shape[:2]
    return float(height / width)


def _lines(text: str) -> int:
    return 1 + text.count('\n')


def _draw_cell(
    figure: Figure, box: tuple[float, ...], cell: CaptionedFrame, caption: str
) -> None:
    axes = figure.add_axes((box[0], box[1], box[2], box[3]))
    axes.imshow(cell.picture)
    axes.set_anchor('N')  # what a row has to spare is left below its captions
    axes.set(xticks=[], yticks=[])
    axes.set_title(cell.title, fontsize=12, color=cell.color, fontweight='bold')
    axes.set_xlabel(caption, fontsize=CAPTION_POINTS)
    for spine in axes.spines.values():
        spine.set(edgecolor=cell.color, linewidth=4, linestyle=cell.style)
