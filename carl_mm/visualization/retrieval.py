"""Query frames and their nearest frames."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

CORRECT_COLOR = '#0072B2'
WRONG_COLOR = '#D55E00'
NEUTRAL_COLOR = '#555555'
WIDTH_INCHES = 12.0
MAX_HEIGHT_TO_WIDTH = 1.8
MIN_CAPTION_CHARACTERS = 12


def retrieval_figure(
    query_frame: np.ndarray | Sequence[np.ndarray],
    neighbour_frames: Sequence[Any],
    query_caption: str | Sequence[str],
    captions: Sequence[Any],
    correct: Sequence[Any] | None = None,
) -> Figure:
    """Draw a query frame and its nearest frames in a row.

    For several queries each argument is a list over the queries.

    Args:
        query_frame: ``(H, W, 3)`` uint8 RGB.
        neighbour_frames: K pictures ``(H, W, 3)``, nearest first; sizes may differ.
        query_caption: Below the query: video, time, phase.
        captions: K texts below the neighbours; long lines are broken.
        correct: K booleans, True where the phase is the query's; None where unknown.

    Raises:
        ValueError: Not as many captions or marks as neighbours.
    """
    if isinstance(query_frame, np.ndarray) and query_frame.ndim == 3:
        rows = [(query_frame, neighbour_frames, query_caption, captions, correct)]
    else:
        all_marks = [None] * len(query_frame) if correct is None else correct
        columns = (query_frame, neighbour_frames, query_caption, captions, all_marks)
        lengths = [len(column) for column in columns]
        if len(set(lengths)) != 1 or lengths[0] == 0:
            raise ValueError(f'lists over the queries of one length, got {lengths}')
        rows = list(zip(*columns, strict=True))
    for _, neighbours, _, texts, marks in rows:
        num_marks = len(neighbours) if marks is None else len(marks)
        if not len(neighbours) == len(texts) == num_marks > 0:
            raise ValueError(
                f'as many captions and marks as neighbours expected, got '
                f'{len(texts)}, {num_marks} and {len(neighbours)}'
            )
    return _draw_rows(rows)


def _draw_rows(rows: list[tuple[Any, ...]]) -> Figure:
    num_columns = 1 + max(len(row[1]) for row in rows)
    # At 10 points even a capital is seldom wider than 0.1 inches.
    characters = max(MIN_CAPTION_CHARACTERS, int(WIDTH_INCHES / num_columns / 0.1))
    heights, texts = [], []
    for query, neighbours, query_caption, captions, _ in rows:
        pictures = [query, *neighbours]
        shape = max(picture.shape[0] / picture.shape[1] for picture in pictures)
        wrapped = [_wrap(text, characters) for text in (query_caption, *captions)]
        texts.append(wrapped)
        lines = 1 + max(text.count('\n') for text in wrapped)
        width = 0.92 * WIDTH_INCHES / num_columns
        heights.append(width * min(shape, MAX_HEIGHT_TO_WIDTH) + 0.17 * lines + 0.4)
    figure = Figure(figsize=(WIDTH_INCHES, sum(heights)))
    figure.set_layout_engine('constrained', w_pad=0.08)
    grid = figure.add_gridspec(len(rows), num_columns, height_ratios=heights)
    for index, (query, neighbours, _, _, marks) in enumerate(rows):
        marks = [None] * len(neighbours) if marks is None else marks
        axes = figure.add_subplot(grid[index, 0])
        _draw_frame(axes, query, texts[index][0], 'query', 'black', 'solid')
        for column, (picture, mark) in enumerate(zip(neighbours, marks, strict=True)):
            axes = figure.add_subplot(grid[index, column + 1])
            _draw_frame(
                axes, picture, texts[index][column + 1], *_mark_style(column, mark)
            )
    return figure


def _mark_style(column: int, mark: bool | None) -> tuple[str, str, str]:
    """Title, colour and line style of a neighbour."""
    rank = f'{column + 1}.'
    if mark is None:
        return rank, NEUTRAL_COLOR, 'solid'
    if mark:
        return f'{rank} ✓ same phase', CORRECT_COLOR, 'solid'
    return f'{rank} ✗ other phase', WRONG_COLOR, 'dashed'


def _draw_frame(
    axes: Axes, picture: np.ndarray, caption: str, title: str, color: str, style: str
) -> None:
    axes.imshow(picture)
    axes.set(xticks=[], yticks=[])
    axes.set_title(title, fontsize=12, color=color, fontweight='bold')
    axes.set_xlabel(caption, fontsize=10)
    for spine in axes.spines.values():
        spine.set(edgecolor=color, linewidth=4, linestyle=style)


def _wrap(text: str, characters: int) -> str:
    """Break long lines after a space, '_', '-', '/' or '.', else anywhere."""
    lines = []
    for line in text.splitlines():
        shown = ''
        for part in re.findall(rf'[^ _\-/.]{{1,{characters - 1}}}[ _\-/.]?|.', line):
            if len(shown) + len(part) > characters:
                lines.append(shown)
                shown = ''
            shown += part
        lines.append(shown)
    return '\n'.join(lines)
