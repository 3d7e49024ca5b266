"""Draw query frames and their nearest frames."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from carl_mm.visualization.parts.captioned_frames import (
    CaptionedFrame,
    mark_style,
    sheet_figure,
)
from carl_mm.visualization.parts.writing import with_fonts

MARK_WORDS = {True: ' same phase', False: ' other phase', None: ''}
MAX_IN_ROW = 5  # neighbours beside the query; more go on below


@with_fonts
def retrieval_figure(
    query_frame: np.ndarray | Sequence[np.ndarray],
    neighbour_frames: Sequence[Any],
    query_caption: str | Sequence[str],
    captions: Sequence[Any],
    correct: Sequence[Any] | None = None,
) -> Figure:
    """Draw a query frame and its nearest frames, five in a row.

    For several queries each argument is a list over the queries.

    Args:
        query_frame: The query, ``(H, W, 3)`` uint8 RGB.
        neighbour_frames: K pictures ``(H, W, 3)``, nearest first; sizes may differ.
        query_caption: Caption of the query, such as video, time and phase.
        captions: K captions of the neighbours; long lines are broken.
        correct: K booleans, True where the phase is that of the query, or None where
            unknown.

    Raises:
        ValueError: Numbers of captions or marks and neighbours differ.
    """
    rows: list[tuple[Any, ...]]
    if isinstance(query_frame, np.ndarray) and query_frame.ndim == 3:
        rows = [(query_frame, neighbour_frames, query_caption, captions, correct)]
    else:
        all_marks = [None] * len(query_frame) if correct is None else correct
        columns = (query_frame, neighbour_frames, query_caption, captions, all_marks)
        lengths = [len(column) for column in columns]
        if len(set(lengths)) != 1 or lengths[0] == 0:
            raise ValueError(
                f'lists over the queries must be of one length, got {lengths}'
            )
        rows = list(zip(*columns, strict=True))
    for _, neighbours, _, texts, marks in rows:
        num_marks = len(neighbours) if marks is None else len(marks)
        if not len(neighbours) == len(texts) == num_marks > 0:
            raise ValueError(
                'there must be as many captions and marks as neighbours, got '
                f'{len(texts)}, {num_marks} and {len(neighbours)}'
            )
    return sheet_figure([line for row in rows for line in _lines(*row)])


def _lines(
    query: np.ndarray,
    neighbours: Sequence[np.ndarray],
    query_caption: str,
    captions: Sequence[str],
    marks: Sequence[bool | None] | None,
) -> list[list[CaptionedFrame | None]]:
    first: CaptionedFrame | None
    first = CaptionedFrame(query, query_caption, 'query', 'black')
    cells = []
    marks = [None] * len(neighbours) if marks is None else marks
    for rank, (picture, caption, mark) in enumerate(
        zip(neighbours, captions, marks, strict=True), 1
    ):
        known = None if mark is None else bool(mark)
        sign, color, style = mark_style(known)
        title = f'{rank}. {sign}{MARK_WORDS[known]}'.strip()
        cells.append(CaptionedFrame(picture, caption, title, color, style))
    lines: list[list[CaptionedFrame | None]] = []
    for start in range(0, len(cells), MAX_IN_ROW):
        lines.append([first, *cells[start : start + MAX_IN_ROW]])
        first = None
    return lines
