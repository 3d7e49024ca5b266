"""Draw the similarity matrix of two videos."""

from collections.abc import Sequence
from typing import Any

import matplotlib.patheffects as effects
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from carl_mm.visualization.parts.alignment_path import check_path
from carl_mm.visualization.parts.matrix_side import MatrixSide, matrix_side
from carl_mm.visualization.parts.phases import (
    add_legend,
    label_colors,
    phase_handles,
    phase_names,
)
from carl_mm.visualization.parts.times import TimedEmbedding
from carl_mm.visualization.parts.writing import with_fonts


@with_fonts
def similarity_figure(
    embedding_a: np.ndarray | TimedEmbedding,
    embedding_b: np.ndarray | TimedEmbedding,
    path: np.ndarray | None = None,
    *,
    fps_a: float | None = None,
    fps_b: float | None = None,
    timestamps_a: np.ndarray | None = None,
    timestamps_b: np.ndarray | None = None,
    labels_a: np.ndarray | None = None,
    labels_b: np.ndarray | None = None,
    phases: Sequence[str] | None = None,
    title_a: str = '',
    title_b: str = '',
) -> Figure:
    """Draw the cosine similarities of all frames of two videos.

    Video a runs upwards, b to the right. A video of more than 2,000 frames is drawn at
    2,000 evenly spaced times.

    Args:
        embedding_a: Embeddings of video a, ``(N, D)``, or a `VideoEmbedding`, which
            also gives its name and time stamps.
        embedding_b: Embeddings of video b, ``(M, D)``, or a `VideoEmbedding`.
        path: ``(L, 2)`` integers, an alignment as frames (of a, of b), drawn on top:
            as a line if it is monotone, broken where frames of a are left out, else
            as dots.
        fps_a: Frames per second of video a; its axis is then in seconds instead of
            frames.
        fps_b: Frames per second of video b.
        timestamps_a: ``(N,)`` seconds, for a video whose frames last unequally.
        timestamps_b: ``(M,)`` seconds.
        labels_a: ``(N,)`` indices into ``phases``, negative where unlabelled.
        labels_b: ``(M,)`` indices into ``phases``, negative where unlabelled.
        phases: Names of the phases.
        title_a: Name of video a.
        title_b: Name of video b.

    Raises:
        ValueError: Sizes do not fit, or a value is not finite.
    """
    sides = (
        matrix_side('a', embedding_a, labels_a, fps_a, timestamps_a, title_a),
        matrix_side('b', embedding_b, labels_b, fps_b, timestamps_b, title_b),
    )
    if sides[0].unit.shape[1] != sides[1].unit.shape[1]:
        raise ValueError(
            'embeddings must have the same number of channels, got '
            f'{sides[0].unit.shape} and {sides[1].unit.shape}'
        )
    labels = [side.labels for side in sides if side.labels is not None]
    names = phase_names(labels, phases)
    figure = Figure(figsize=(12, 9), layout='constrained')
    axes, bar_a, bar_b, scale = _grid(figure)
    image = axes.imshow(
        sides[0].unit[sides[0].cells] @ sides[1].unit[sides[1].cells].T,
        extent=(*sides[1].extent, *sides[0].extent),
        origin='lower',
        aspect='auto',
        cmap='cividis',
        interpolation='nearest',
    )
    figure.colorbar(image, cax=scale)
    scale.set_ylabel('cosine similarity', fontsize=13)
    scale.tick_params(labelsize=12)
    _draw_bar(axes, bar_a, sides[0], len(names), vertical=True)
    _draw_bar(axes, bar_b, sides[1], len(names), vertical=False)
    handles: list[Artist] = list(phase_handles(labels, names))
    if path is not None:
        handles.insert(0, _draw_path(axes, path, sides))
    if handles:
        add_legend(figure, handles)
    return figure


def _grid(figure: Figure) -> tuple[Axes, Axes, Axes, Axes]:
    """Make the axes of the matrix, of both phase bars and of the colour scale."""
    grid = figure.add_gridspec(2, 3, width_ratios=(1, 40, 1.2), height_ratios=(40, 1))
    axes = figure.add_subplot(grid[0, 1])
    bar_a = figure.add_subplot(grid[0, 0], sharey=axes)
    bar_b = figure.add_subplot(grid[1, 1], sharex=axes)
    return axes, bar_a, bar_b, figure.add_subplot(grid[0, 2])


def _draw_bar(
    axes: Axes, bar: Axes, side: MatrixSide, num_phases: int, *, vertical: bool
) -> None:
    """Draw phases along an axis of the matrix, whose ticks the bar then carries."""
    if side.labels is None:
        bar.remove()
        bar = axes
    else:
        colors = label_colors(side.labels[side.cells], num_phases)
        bar.imshow(
            colors[:, None] if vertical else colors[None],
            extent=(0, 1, *side.extent) if vertical else (*side.extent, 0, 1),
            origin='lower',
            aspect='auto',
            interpolation='nearest',
        )
        (bar.set_xticks if vertical else bar.set_yticks)([])
        (axes.yaxis if vertical else axes.xaxis).set_tick_params(
            length=0, labelbottom=False, labelleft=False
        )
    bar.tick_params(labelsize=12)
    set_label = bar.set_ylabel if vertical else bar.set_xlabel
    set_label(side.axis_label, fontsize=13)


def _draw_path(
    axes: Axes, path: np.ndarray, sides: tuple[MatrixSide, MatrixSide]
) -> Artist:
    path = check_path(path, *(len(side.unit) for side in sides))
    x, y = sides[1].times[path[:, 1]], sides[0].times[path[:, 0]]
    if len(path) > 1 and (np.diff(path, axis=0) >= 0).all():
        left_out = np.flatnonzero(np.diff(path[:, 0]) > 1) + 1
        x, y = (np.insert(times, left_out, np.nan) for times in (x, y))
        outline = effects.withStroke(linewidth=4.5, foreground='black')
        style: dict[str, Any] = {'linewidth': 2, 'path_effects': [outline]}
    else:
        style = {'linestyle': '', 'marker': 'o', 'markeredgecolor': 'black'}
    (line,) = axes.plot(x, y, color='white', label='alignment', **style)
    axes.set(xlim=sides[1].extent, ylim=sides[0].extent)
    return line
