"""Draw the embeddings of several videos by their principal components."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from carl_mm.visualization.parts.phases import (
    add_legend,
    check_labels,
    label_colors,
    phase_handles,
    phase_names,
)
from carl_mm.visualization.parts.times import TimedEmbedding, unpack_video
from carl_mm.visualization.parts.writing import with_fonts

MARKERS = 'os^DvPX*'  # of the first eight videos; more share them, unnamed


def principal_components(
    embeddings: Sequence[np.ndarray], num_components: int = 2
) -> tuple[list[np.ndarray], np.ndarray]:
    """Project the frames of all videos on their common principal components.

    Args:
        embeddings: Embeddings of each video, ``(T_i, D)``.
        num_components: Number of components K; those that the data lack are 0.

    Returns:
        ``(T_i, K)`` of each video, and the components' shares of the variance,
        ``(K,)``.

    Raises:
        ValueError: There is no video, D differs, or a value is not finite.
    """
    arrays = [np.asarray(embedding, dtype=np.float64) for embedding in embeddings]
    shapes = [array.shape for array in arrays]
    if not arrays or any(
        len(shape) != 2 or shape[1:] != shapes[0][1:] or shape[0] == 0
        for shape in shapes
    ):
        raise ValueError(f'embeddings must be (T, D) of one D, T > 0, got {shapes}')
    for index, array in enumerate(arrays):
        if not np.isfinite(array).all():
            raise ValueError(f'the embedding of video {index} is not finite')
    frames = np.concatenate(arrays)
    mean = frames.mean(axis=0)
    _, spread, axes = np.linalg.svd(frames - mean, full_matrices=False)
    kept = min(num_components, len(axes))
    projection = np.zeros((num_components, frames.shape[1]))
    # A component's sign is free: its largest weight is made positive.
    signs = np.sign(axes[np.arange(kept), np.abs(axes[:kept]).argmax(axis=1)])
    projection[:kept] = axes[:kept] * signs[:, None]
    shares = np.zeros(num_components)
    shares[:kept] = spread[:kept] ** 2 / max((spread**2).sum(), np.finfo(float).tiny)
    return [(array - mean) @ projection.T for array in arrays], shares


@with_fonts
def embedding_figure(
    embeddings: Sequence[np.ndarray | TimedEmbedding],
    labels: Sequence[np.ndarray] | None = None,
    phases: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
) -> Figure:
    """Draw the embeddings of several videos over time and as a map, by phase.

    Args:
        embeddings: Embeddings of each video, ``(T_i, D)``, or a `VideoEmbedding`, which
            also gives its name.
        labels: Labels of each video, ``(T_i,)`` indices into ``phases``, negative where
            unlabelled.
        phases: Names of the phases.
        names: Name of each video; more than eight are not shown.

    Raises:
        ValueError: Sizes do not fit, or a value is not finite.
    """
    unpacked = [unpack_video(video) for video in embeddings]
    if names is None:
        names = [row[3] or f'video {i}' for i, row in enumerate(unpacked)]
    if labels is None:
        labels = [np.full(len(row[0]), -1) for row in unpacked]
    if not len(embeddings) == len(labels) == len(names):
        raise ValueError(
            f'{len(embeddings)} embeddings, {len(labels)} labels, {len(names)} names'
        )
    points, shares = principal_components([row[0] for row in unpacked])
    checked = [
        check_labels(label, len(point), f'labels of {name}')
        for label, point, name in zip(labels, points, names, strict=True)
    ]
    titles = phase_names(checked, phases)
    figure = Figure(figsize=(12, 7.2), layout='constrained')
    grid = figure.add_gridspec(2, 2, width_ratios=(1.25, 1))
    first = figure.add_subplot(grid[0, 0])
    second = figure.add_subplot(grid[1, 0], sharex=first)
    scatter = figure.add_subplot(grid[:, 1])
    for index, (point, label) in enumerate(zip(points, checked, strict=True)):
        colors, marker = label_colors(label, len(titles)), MARKERS[index % len(MARKERS)]
        time = np.arange(len(point)) / max(len(point) - 1, 1)
        _draw_track(first, time, point[:, 0], colors, marker)
        _draw_track(second, time, point[:, 1], colors, marker)
        _draw_track(scatter, point[:, 0], point[:, 1], colors, marker)
    pc1, pc2 = (
        f'component {index + 1} ({share:.0%} of variance)'
        for index, share in enumerate(shares)
    )
    _name_axes(first, '', pc1)
    _name_axes(second, 'time (share of the video)', pc2)
    _name_axes(scatter, pc1, pc2)
    first.tick_params(labelbottom=False)
    _add_legends(figure, checked, titles, names)
    return figure


def _draw_track(
    axes: Axes, x: np.ndarray, y: np.ndarray, colors: np.ndarray, marker: str
) -> None:
    axes.plot(x, y, color='#999999', linewidth=0.7, zorder=1)
    axes.scatter(
        x,
        y,
        c=colors,
        marker=marker,
        s=26,
        linewidths=0.3,
        edgecolors='black',
        zorder=2 + 1 / len(x),  # short videos above long ones
    )


def _name_axes(axes: Axes, xlabel: str, ylabel: str) -> None:
    axes.set_xlabel(xlabel, fontsize=13)
    axes.set_ylabel(ylabel, fontsize=12)
    axes.tick_params(labelsize=11)
    axes.grid(alpha=0.25)


def _add_legends(
    figure: Figure,
    labels: Sequence[np.ndarray],
    phases: Sequence[str],
    names: Sequence[str],
) -> None:
    if any((label >= 0).any() for label in labels):
        add_legend(figure, phase_handles(labels, phases))
    handles = [
        Line2D([], [], color='#555555', marker=marker, linestyle='', label=name)
        for marker, name in zip(MARKERS, names, strict=False)
    ]
    if len(names) > len(MARKERS):
        figure.supxlabel(f'{len(names)} videos', fontsize=12)
        return
    add_legend(figure, handles, below=True)
