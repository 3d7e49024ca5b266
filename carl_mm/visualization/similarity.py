"""The similarity matrix of two videos."""

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib.patheffects as effects
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from carl_mm.visualization.alignment_path import check_path
from carl_mm.visualization.phases import (
    add_legend,
    check_labels,
    label_colors,
    phase_handles,
    phase_names,
    shorten,
)

MAX_TITLE_CHARACTERS = 50
MAX_CELLS_A_SIDE = 2000  # more than a screen shows


def similarity_figure(
    embedding_a: np.ndarray,
    embedding_b: np.ndarray,
    path: np.ndarray | None = None,
    *,
    fps_a: float | None = None,
    fps_b: float | None = None,
    labels_a: np.ndarray | None = None,
    labels_b: np.ndarray | None = None,
    phases: Sequence[str] | None = None,
    title_a: str = '',
    title_b: str = '',
) -> Figure:
    """Draw the cosine similarities of all frames of two videos.

    Video a runs upwards, b to the right. A video of more than 2,000 frames is
    drawn at every k-th frame.

    Args:
        embedding_a: ``(N, D)``.
        embedding_b: ``(M, D)``.
        path: ``(L, 2)`` integers, an alignment as frames (of a, of b), drawn on top.
        fps_a: Of video a; its axis is then in seconds, not in frames.
        fps_b: Of video b.
        labels_a: ``(N,)``, indices into ``phases``; negative where unlabelled.
        labels_b: ``(M,)``.
        phases: Names of the labels.
        title_a: Name of video a.
        title_b: Name of video b.

    Raises:
        ValueError: Sizes that do not fit, or values that are not finite.
    """
    unit_a = _normalise(embedding_a, 'embedding_a')
    unit_b = _normalise(embedding_b, 'embedding_b')
    if unit_a.shape[1] != unit_b.shape[1]:
        raise ValueError(
            f'embeddings of one size expected, got {unit_a.shape} and {unit_b.shape}'
        )
    sides = (
        _side(unit_a, 'labels_a', labels_a, fps_a, title_a or 'video a'),
        _side(unit_b, 'labels_b', labels_b, fps_b, title_b or 'video b'),
    )
    labels = [side.labels for side in sides if side.labels is not None]
    names = phase_names(labels, phases)
    figure = Figure(figsize=(12, 9), layout='constrained')
    axes, bar_a, bar_b, scale = _grid(figure)
    image = axes.imshow(
        sides[0].unit @ sides[1].unit.T,
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
        handles.insert(0, _draw_path(axes, path, (len(unit_a), len(unit_b)), sides))
    if handles:
        add_legend(figure, handles)
    return figure


@dataclass(frozen=True)
class _Side:
    """One video of the picture: its drawn frames, and its axis."""

    unit: np.ndarray
    labels: np.ndarray | None
    seconds_per_frame: float
    extent: tuple[float, float]
    axis_label: str


def _side(
    unit: np.ndarray, name: str, labels: object, fps: float | None, title: str
) -> _Side:
    if fps is not None and not fps > 0:
        raise ValueError(f'frames a second must be positive, got {fps}')
    step = -(-len(unit) // MAX_CELLS_A_SIDE)
    title = shorten(title, MAX_TITLE_CHARACTERS)
    second = 1.0 if fps is None else 1 / fps
    return _Side(
        unit=unit[::step],
        labels=None
        if labels is None
        else check_labels(labels, len(unit), name)[::step],
        seconds_per_frame=second,
        # A frame's cell is centred on its time.
        extent=(-0.5 * second, (len(unit) - 0.5) * second),
        axis_label=f'{title}, time (frames)' if fps is None else f'{title}, time (s)',
    )


def _normalise(embedding: np.ndarray, name: str) -> np.ndarray:
    """``(T, D)`` rows of length 1, float32."""
    array = np.asarray(embedding, dtype=np.float32)
    if array.ndim != 2 or len(array) == 0:
        raise ValueError(f'{name} must be (T, D) with T > 0, got {array.shape}')
    if not np.isfinite(array).all():
        frame = int(np.flatnonzero(~np.isfinite(array).all(axis=1))[0])
        raise ValueError(f'{name} is not finite at frame {frame}')
    lengths = np.linalg.norm(array, axis=1, keepdims=True)
    unit: np.ndarray = array / np.maximum(lengths, np.finfo(np.float32).tiny)
    return unit


def _grid(figure: Figure) -> tuple[Axes, Axes, Axes, Axes]:
    """Axes of the matrix, of both phase bars and of the colour scale."""
    grid = figure.add_gridspec(2, 3, width_ratios=(1, 40, 1.2), height_ratios=(40, 1))
    axes = figure.add_subplot(grid[0, 1])
    bar_a = figure.add_subplot(grid[0, 0], sharey=axes)
    bar_b = figure.add_subplot(grid[1, 1], sharex=axes)
    return axes, bar_a, bar_b, figure.add_subplot(grid[0, 2])


def _draw_bar(
    axes: Axes, bar: Axes, side: _Side, num_phases: int, *, vertical: bool
) -> None:
    """Phases beside an axis of the matrix, whose ticks they then carry."""
    if side.labels is None:
        bar.remove()
        bar = axes
    else:
        colors = label_colors(side.labels, num_phases)
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
    axes: Axes, path: np.ndarray, lengths: tuple[int, int], sides: tuple[_Side, _Side]
) -> Artist:
    path = check_path(path, *lengths)
    (line,) = axes.plot(
        path[:, 1] * sides[1].seconds_per_frame,
        path[:, 0] * sides[0].seconds_per_frame,
        color='white',
        linewidth=2,
        path_effects=[effects.withStroke(linewidth=4.5, foreground='black')],
        label='alignment (DTW)',
    )
    axes.set(xlim=sides[1].extent, ylim=sides[0].extent)
    return line
