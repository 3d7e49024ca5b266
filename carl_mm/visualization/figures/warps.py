"""Draw how many videos run on a common clock."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from carl_mm.functional.timeline.mean_pace import middle_and_deviation
from carl_mm.visualization.parts.phases import (
    OKABE_ITO,
    add_legend,
    phase_colors,
    readable,
    shorten,
)
from carl_mm.visualization.parts.writing import with_fonts

VIDEO_COLOR = '#777777'
BAND_COLOR = OKABE_ITO[1]
OUTLIER_COLORS = (OKABE_ITO[5], OKABE_ITO[6], OKABE_ITO[0])
MAX_NAMED = 3  # outliers with a colour of their own
MAX_NAME_CHARACTERS = 40


@with_fonts
def warps_figure(
    clock: Any,
    times: Any,
    *,
    names: Sequence[str] | None = None,
    outliers: Sequence[int] = (),
    pace_spread: Any = None,
    uncertainty: Any = None,
    events: Sequence[tuple[str, Any]] = (),
    unit: str = 's',
) -> Figure:
    """Draw each video's time against the clock, and where the videos differ.

    The band is the median of the videos' times, and their mean absolute deviation from
    it; outliers do not count. Below are how differently fast the videos are, and how
    uncertain their matches.

    Args:
        clock: Moments of the clock, ``(K,)``, ascending.
        times: When each video shows each moment, ``(V, K)``; NaN where it does not.
        names: Name of each video; those of outliers are shown.
        outliers: Places of the videos that do not fit.
        pace_spread: ``(K,)``, see `carl_mm.apis.Timeline`.
        uncertainty: ``(K,)``, see `carl_mm.apis.Timeline`.
        events: Name of each event, and when it is on the clock in those videos in
            which it is known, ``(E,)``.
        unit: Unit of all times.

    Raises:
        ValueError: Sizes do not fit.
    """
    moments, shown = np.asarray(clock, dtype=float), np.asarray(times, dtype=float)
    if moments.ndim != 1 or shown.ndim != 2 or shown.shape[1:] != moments.shape:
        raise ValueError(
            f'clock must be (K,) and times (V, K), got {moments.shape} and '
            f'{shown.shape}'
        )
    if names is not None and len(names) != len(shown):
        raise ValueError(f'{len(shown)} videos, but {len(names)} names')
    titles = [f'video {i}' for i in range(len(shown))] if names is None else names
    below = [
        (what, np.asarray(values, dtype=float), label)
        for what, values, label in (
            ('pace', pace_spread, 'pace differs\n(log2)'),
            ('match', uncertainty, f'matches\nuncertain ({unit})'),
        )
        if values is not None
    ]
    figure = Figure(figsize=(12, 6.5 + 1.6 * len(below)), layout='constrained')
    grid = figure.add_gridspec(1 + len(below), 1, height_ratios=[4, *[1] * len(below)])
    axes = figure.add_subplot(grid[0])
    handles = _draw_videos(axes, moments, shown, titles, outliers)
    axes.set_ylabel(f"video's own time ({unit})", fontsize=13)
    strips = [axes]
    for row, (_, values, label) in enumerate(below):
        strip = figure.add_subplot(grid[row + 1], sharex=axes)
        strip.fill_between(moments, 0, np.nan_to_num(values), color=BAND_COLOR)
        strip.set_ylabel(label, fontsize=11)
        strip.set_ylim(bottom=0)
        strips.append(strip)
    handles += _draw_events(strips, events)
    strips[-1].set_xlabel(f'clock ({unit})', fontsize=13)
    for each in strips:
        each.grid(alpha=0.3)
        each.tick_params(labelsize=11)
    last = float(moments[-1]) if len(moments) > 1 else float(moments[0]) + 1
    axes.set_xlim(float(moments[0]), last)
    add_legend(figure, handles, below=True)
    return figure


def _draw_videos(
    axes: Axes,
    clock: np.ndarray,
    times: np.ndarray,
    names: Sequence[str],
    outliers: Sequence[int],
) -> list[Artist]:
    fitting = [index for index in range(len(times)) if index not in set(outliers)]
    handles: list[Artist] = []
    for index in fitting:
        (line,) = axes.plot(clock, times[index], color=VIDEO_COLOR, lw=1, alpha=0.5)
        if index == fitting[0]:
            line.set_label(f'{len(fitting)} videos')
            handles.append(line)
    middle, spread = middle_and_deviation(times[fitting])
    band = axes.fill_between(
        clock,
        middle - spread,
        middle + spread,
        color=BAND_COLOR,
        alpha=0.4,
        label='median and mean deviation',
    )
    axes.plot(clock, middle, color=OKABE_ITO[4], lw=2.5)
    handles.append(band)
    for number, index in enumerate(outliers):
        color = OUTLIER_COLORS[min(number, MAX_NAMED - 1)]
        (line,) = axes.plot(clock, times[index], color=color, lw=2, ls='--')
        if number < MAX_NAMED:
            name = shorten(readable(names[index]), MAX_NAME_CHARACTERS)
            line.set_label(f'does not fit: {name}')
            handles.append(line)
    return handles


def _draw_events(
    strips: Sequence[Axes], events: Sequence[tuple[str, Any]]
) -> list[Artist]:
    handles: list[Artist] = []
    for (name, at), color in zip(events, phase_colors(len(events)), strict=True):
        known = np.asarray(at, dtype=float)
        known = known[~np.isnan(known)]
        if not len(known):
            continue
        for axes in strips:
            line = axes.axvline(float(np.median(known)), color=color, lw=2)
        # One tick for each video, along the axis.
        strips[0].plot(
            known,
            np.full(len(known), 0.02),
            '|',
            ms=14,
            mew=2,
            color=color,
            transform=strips[0].get_xaxis_transform(),
        )
        line.set_label(shorten(readable(name), MAX_NAME_CHARACTERS))
        handles.append(line)
    return handles
