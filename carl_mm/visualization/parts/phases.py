"""Colours and names of phases, the same in every figure."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from carl_mm.visualization.parts import fonts
from carl_mm.visualization.parts.fonts import columns, cut

# Okabe and Ito's colours, which the colour-blind can tell apart; black last.
OKABE_ITO = (
    '#E69F00',
    '#56B4E9',
    '#009E73',
    '#F0E442',
    '#0072B2',
    '#D55E00',
    '#CC79A7',
    '#000000',
)
UNLABELLED_COLOR = '#BBBBBB'
UNLABELLED_NAME = 'unlabelled'
MAX_LEGEND_CHARACTERS = 60
LEGEND_LINE_INCHES = 0.26


def phase_colors(num_phases: int) -> list[str]:
    """Return a hex colour per phase; past eight the palette repeats, ever paler."""
    colors = []
    for index in range(num_phases):
        red, green, blue = to_rgb(OKABE_ITO[index % len(OKABE_ITO)])
        fade = 0.55 ** (index // len(OKABE_ITO))
        faded = [1 - fade * (1 - part) for part in (red, green, blue)]
        colors.append(to_hex((faded[0], faded[1], faded[2])))
    return colors


def check_labels(labels: Any, num_frames: int, name: str) -> np.ndarray:
    """Check the labels of a video.

    Args:
        labels: ``(T,)`` integers, negative where unlabelled.
        num_frames: Number of frames T of the video.
        name: Name of the labels in error messages.

    Returns:
        ``(T,)`` int64, -1 where unlabelled.

    Raises:
        ValueError: There is not one label per frame.
    """
    array = np.asarray(labels)
    if array.shape != (num_frames,):
        raise ValueError(
            f'{name} must hold one label per frame ({num_frames}), got {array.shape}'
        )
    return np.maximum(array.astype(np.int64), -1)


def phase_names(
    labels: Sequence[np.ndarray], phases: Sequence[str] | None
) -> list[str]:
    """Return the names of all phases: those given, or 'phase 0' and so on.

    Args:
        labels: Labels of each video.
        phases: Names of the phases, or None.

    Raises:
        ValueError: A label has no name.
    """
    highest = max((int(array.max(initial=-1)) for array in labels), default=-1)
    if phases is None:
        return [f'phase {index}' for index in range(highest + 1)]
    if highest >= len(phases):
        raise ValueError(
            f'label {highest} is none of the {len(phases)} phases {phases}'
        )
    return list(phases)


def label_colors(labels: np.ndarray, num_phases: int) -> np.ndarray:
    """Return the RGB colour in [0, 1] of each label, ``(T, 3)``."""
    # The last row is met by the index -1.
    table = [to_rgb(color) for color in [*phase_colors(num_phases), UNLABELLED_COLOR]]
    colors: np.ndarray = np.array(table)[labels]
    return colors


def phase_handles(labels: Sequence[np.ndarray], names: Sequence[str]) -> list[Patch]:
    """Make legend entries: all phases, and 'unlabelled' where it occurs."""
    pairs = list(zip(names, phase_colors(len(names)), strict=True))
    if any((array < 0).any() for array in labels):
        pairs.append((UNLABELLED_NAME, UNLABELLED_COLOR))
    return [Patch(color=color, label=name) for name, color in pairs]


def shorten(text: str, characters: int) -> str:
    """Cut the middle out of a long text, and make it `plain`.

    Args:
        text: Text to shorten.
        characters: Largest width, in Latin letters.
    """
    text = readable(text)
    if columns(text) <= characters:
        return plain(text)
    kept = characters - 1
    head, tail = cut(text, kept - kept // 2), cut(text[::-1], kept // 2)[::-1]
    return plain(f'{head}…{tail}')


def plain(text: str) -> str:
    """Escape the dollar signs of a text, between which matplotlib would read TeX."""
    return re.sub(r'(?<!\\)\$', r'\\$', readable(text))


def readable(text: str) -> str:
    """Escape what cannot be drawn: bytes that are no text, letters of no font here."""
    return fonts.FONTS.drawable(text.encode(errors='backslashreplace').decode())


def add_legend(
    figure: Figure, handles: Sequence[Artist], *, below: bool = False
) -> None:
    """Put a legend outside the axes, in as many columns as the width holds.

    It reads line by line.

    Args:
        figure: A figure with constrained layout; it grows by the lines past the first.
        handles: Artists to explain, each with a label.
        below: Whether the legend is below the axes instead of above them.
    """
    names = [
        shorten(str(handle.get_label()), MAX_LEGEND_CHARACTERS) for handle in handles
    ]
    # At 12 points a letter is about 0.12 inches wide, the mark and gaps 0.9.
    column = 0.12 * max(map(columns, names)) + 0.9
    num_columns = max(1, min(6, int(figure.get_figwidth() / column)))
    num_lines = -(-len(names) // num_columns)
    more = LEGEND_LINE_INCHES * max(0, num_lines - 1)
    figure.set_figheight(figure.get_figheight() + more)
    # matplotlib fills its columns one after the other.
    order = [i for c in range(num_columns) for i in range(c, len(names), num_columns)]
    figure.legend(
        [handles[i] for i in order],
        [names[i] for i in order],
        loc='outside lower center' if below else 'outside upper center',
        ncols=num_columns,
        fontsize=12,
        frameon=False,
    )
