"""Draw phases over time, one row per video."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from carl_mm.functional.label_runs import label_runs
from carl_mm.visualization.parts.fonts import columns
from carl_mm.visualization.parts.phases import (
    UNLABELLED_COLOR,
    UNLABELLED_NAME,
    add_legend,
    check_labels,
    phase_colors,
    phase_handles,
    phase_names,
    plain,
    shorten,
)
from carl_mm.visualization.parts.times import FrameTimes, frame_times
from carl_mm.visualization.parts.writing import with_fonts

WIDTH_INCHES = 12.0
AXES_INCHES = 10.0  # of the width, about; the rest holds the row names
BAR_INCHES = 0.27
MAX_NAME_CHARACTERS = 60
CHARACTER_INCHES = 0.085  # at 9 points
MIN_EDGED_INCHES = 0.06
MIN_BAR_INCHES = 0.04  # a single frame beside minutes is still seen


@with_fonts
def phase_timeline_figure(
    predictions: Sequence[Any] | None,
    truths: Sequence[Any] | None = None,
    phases: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
    *,
    fps: Sequence[float] | None = None,
    timestamps: Sequence[np.ndarray] | None = None,
) -> Figure:
    """Draw the phases of several videos, the truth above the prediction.

    Args:
        predictions: Predicted labels of each video, ``(T_i,)`` indices into ``phases``,
            negative where unlabelled; None for a video, or for all, without any.
        truths: True labels of each video, in the same form.
        phases: Names of the phases.
        names: Name of each video.
        fps: Frames per second of each video; the axis is then in seconds instead of
            frames.
        timestamps: Time stamps of each video, ``(T_i,)`` in seconds, ascending.

    Raises:
        ValueError: There is no video, a video has no labels at all, or sizes do not
            fit.
    """
    given = {'truth': truths, 'prediction': predictions}
    count = max(
        len(labels) for labels in (predictions, truths, ()) if labels is not None
    )
    names = [f'video {index}' for index in range(count)] if names is None else names
    for what, values in (*given.items(), ('fps', fps), ('timestamps', timestamps)):
        if values is not None and len(values) != len(names):
            raise ValueError(f'{len(names)} videos, but {what} of {len(values)}')
    if not names:
        raise ValueError('there is no video to draw')
    rows = [
        _check_video(
            {what: labels[i] for what, labels in given.items() if labels is not None},
            name,
            None if fps is None else fps[i],
            None if timestamps is None else timestamps[i],
        )
        for i, name in enumerate(names)
    ]
    labels = [row for bars, _ in rows for row in bars.values()]
    titles = phase_names(labels, phases)
    height = sum(BAR_INCHES * len(bars) + 0.38 for bars, _ in rows) + 1.4
    figure = Figure(figsize=(WIDTH_INCHES, height), layout='constrained')
    axes = figure.add_subplot()
    _draw_rows(axes, rows, names, titles)
    add_legend(figure, phase_handles(labels, titles))
    return figure


def _check_video(
    given: dict[str, Any], name: str, fps: float | None, timestamps: Any
) -> tuple[dict[str, np.ndarray], FrameTimes]:
    present = {what: labels for what, labels in given.items() if labels is not None}
    if not present:
        raise ValueError(f'{name} has neither truth nor prediction')
    num_frames = len(next(iter(present.values())))
    times = frame_times(num_frames, fps, timestamps, f'timestamps of {name}')
    bars = {
        what: check_labels(labels, num_frames, f'{what} of {name}')
        for what, labels in present.items()
    }
    return bars, times


def _draw_rows(
    axes: Axes,
    rows: Sequence[tuple[dict[str, np.ndarray], FrameTimes]],
    names: Sequence[str],
    phases: Sequence[str],
) -> None:
    first = min(float(times.starts[0]) for _, times in rows)
    last = max(times.end for _, times in rows)
    axes.set_xlim(first, last)
    top, ticks = 0.0, []
    for (bars, times), name in zip(rows, names, strict=True):
        shown = shorten(name, MAX_NAME_CHARACTERS)
        axes.annotate(
            shown, (first, top), (0, -5), textcoords='offset points', va='top',
            fontsize=11, fontweight='bold',
        )  # fmt: skip
        top += 0.24
        for what, labels in bars.items():
            _draw_bar(axes, labels, times, phases, top, AXES_INCHES / (last - first))
            ticks.append((top + BAR_INCHES / 2, what))
            top += BAR_INCHES
        top += 0.14
    axes.set_ylim(top, 0)
    axes.set_yticks(*zip(*ticks, strict=True))
    axes.set_xlabel(f'time ({rows[0][1].unit})', fontsize=13)
    axes.tick_params(labelsize=11)
    axes.tick_params(axis='y', length=0)
    axes.grid(axis='x', alpha=0.3)
    axes.set_axisbelow(True)
    for side in ('left', 'right', 'top'):
        axes.spines[side].set_visible(False)


def _draw_bar(
    axes: Axes,
    labels: np.ndarray,
    times: FrameTimes,
    phases: Sequence[str],
    top: float,
    inches_a_unit: float,
) -> None:
    """Draw the runs of equal labels, with their names where these fit."""
    firsts, lasts, runs = label_runs(labels).T
    starts, ends = times.starts[firsts], times.ends[lasts]
    ends[-1] = max(ends[-1], starts[0] + MIN_BAR_INCHES / inches_a_unit)
    palette = [*phase_colors(len(phases)), UNLABELLED_COLOR]
    colors = [palette[label] for label in runs]
    # A white edge would hide a run of a pixel or two.
    wide = (ends - starts) * inches_a_unit > MIN_EDGED_INCHES
    axes.broken_barh(
        list(zip(starts, ends - starts, strict=True)),
        (top, BAR_INCHES * 0.88),
        facecolors=colors,
        edgecolor=np.where(wide, '#FFFFFF', colors).tolist(),
        linewidth=0.6,
    )
    titles = [*phases, UNLABELLED_NAME]
    for start, end, label, color in zip(starts, ends, runs, colors, strict=True):
        room = (end - start) * inches_a_unit
        title = plain(titles[label])
        if columns(title) * CHARACTER_INCHES + 0.1 < room:
            light = np.dot(to_rgb(color), (0.299, 0.587, 0.114)) > 0.45
            axes.text(
                (start + end) / 2, top + BAR_INCHES * 0.44, title, ha='center',
                va='center', fontsize=9, color='black' if light else 'white',
            )  # fmt: skip
