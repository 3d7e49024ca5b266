"""Draw frames of one video above the frames aligned to them in others."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from carl_mm.visualization.parts.captioned_frames import (
    CaptionedFrame,
    mark_style,
    sheet_figure,
)
from carl_mm.visualization.parts.phases import shorten
from carl_mm.visualization.parts.writing import with_fonts

MAX_NAME_CHARACTERS = 45


@with_fonts
def alignment_figure(
    frames: Sequence[Sequence[np.ndarray]],
    captions: Sequence[Sequence[str]],
    names: Sequence[str],
    correct: Sequence[Any] | None = None,
) -> Figure:
    """Draw a sheet with a row per video, the reference on top, and a column per moment.

    Args:
        frames: K pictures of each video, ``(H, W, 3)`` uint8 RGB, the reference first;
            sizes may differ.
        captions: K captions of each video, such as time and phase; long lines are
            broken.
        names: Name of each video.
        correct: K booleans of each video, True where the phase is that of the
            reference, or None where unknown; those of the reference are not read.

    Raises:
        ValueError: There is no video or no frame, or rows differ in length.
    """
    marks = [None] * len(frames) if correct is None else list(correct)
    columns = len(frames[0]) if len(frames) else 0
    given = [row for row in (*frames, *captions, *marks) if row is not None]
    lengths = [len(row) for row in given]
    counts = len(frames), len(captions), len(names), len(marks)
    if not columns or set(lengths) != {columns} or len(set(counts)) != 1:
        raise ValueError(
            'frames, captions, names and marks must be of equally many videos, and '
            f'equally many in each, got {counts} videos with {lengths}'
        )
    headers = [f'aligned: {shorten(name, MAX_NAME_CHARACTERS)}' for name in names]
    headers[0] = f'reference: {shorten(names[0], MAX_NAME_CHARACTERS)}'
    if any(mark is not None for row in marks[1:] for mark in row or ()):
        headers[0] += '   (✓ same phase, ✗ other)'
    top = zip(frames[0], captions[0], strict=True)
    rows = [[CaptionedFrame(*cell, color='black') for cell in top]]
    for pictures, texts, row in zip(frames[1:], captions[1:], marks[1:], strict=True):
        cells = zip(pictures, texts, row or [None] * columns, strict=True)
        rows.append([_marked(*cell) for cell in cells])
    return sheet_figure(rows, headers)


def _marked(picture: np.ndarray, caption: str, mark: Any) -> CaptionedFrame:
    sign, color, style = mark_style(None if mark is None else bool(mark))
    return CaptionedFrame(picture, f'{sign} {caption}'.strip(), '', color, style)
