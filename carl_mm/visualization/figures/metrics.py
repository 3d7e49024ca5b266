"""Draw the metrics over training, beside their controls."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from carl_mm.evaluation.evaluated_video import CENTRED, MODEL
from carl_mm.evaluation.results_table import lower_is_better, split_control
from carl_mm.visualization.parts.phases import OKABE_ITO, add_legend, shorten
from carl_mm.visualization.parts.writing import with_fonts

WIDTH_INCHES = 12.0
MAX_COLUMNS = 3
PANEL_INCHES = 2.4
# Told apart by colour, by line and by marker.
STYLES = {
    MODEL: (OKABE_ITO[4], '-', 'o'),
    'position': (OKABE_ITO[5], '--', 's'),
    'untrained': (OKABE_ITO[6], ':', '^'),
    'backbone': (OKABE_ITO[2], '-.', 'D'),
    CENTRED: (OKABE_ITO[0], (0, (4, 1, 1, 1, 1, 1)), 'v'),
}


@with_fonts
def metrics_figure(
    steps: Sequence[float],
    evaluations: Sequence[Mapping[str, float]],
    *,
    step_name: str = 'epoch',
    model: str = 'model',
) -> Figure:
    """Draw each metric over training in a panel of its own, with its controls.

    Args:
        steps: Steps of the L evaluations, ascending.
        evaluations: L results as `Runner.val` returns them; the key of a control ends
            in ``_NAME``. Values that are missing or not finite leave a gap.
        step_name: Label of the horizontal axis.
        model: Label of the model's own line.

    Raises:
        ValueError: There is no metric, or numbers of steps and results differ.
    """
    if len(steps) != len(evaluations):
        raise ValueError(f'{len(steps)} steps, but {len(evaluations)} evaluations')
    panels: dict[str, dict[str, str]] = {}
    for key in dict.fromkeys(key for row in evaluations for key in row):
        name, column = split_control(key)
        panels.setdefault(name, {})[column] = key
    if not panels:
        raise ValueError('there is no metric to draw')
    num_columns = min(MAX_COLUMNS, len(panels))
    num_rows = -(-len(panels) // num_columns)
    size = WIDTH_INCHES, PANEL_INCHES * num_rows + 0.8
    figure = Figure(figsize=size, layout='constrained')
    grid = figure.add_gridspec(num_rows, num_columns)
    handles: dict[str, Line2D] = {}
    for index, (name, keys) in enumerate(panels.items()):
        axes = figure.add_subplot(grid[divmod(index, num_columns)])
        for control in [control for control in STYLES if control in keys]:
            values = [float(row.get(keys[control], np.nan)) for row in evaluations]
            label = model if control == MODEL else f'{control} control'
            handles[control] = _draw_line(axes, steps, values, control, label)
        _name_axes(axes, name)
        if len(set(steps)) == 1:
            axes.set_xticks(steps[:1])
    figure.supxlabel(step_name, fontsize=12)
    ordered = [handles[control] for control in STYLES if control in handles]
    add_legend(figure, ordered)
    return figure


def _draw_line(
    axes: Axes, steps: Sequence[float], values: list[float], control: str, label: str
) -> Line2D:
    color, style, marker = STYLES[control]
    (line,) = axes.plot(
        steps,
        np.where(np.isfinite(values), values, np.nan),
        color=color,
        linestyle=style,
        marker=marker,
        markersize=5,
        linewidth=2.5 if control == MODEL else 1.5,
        label=label,
        zorder=3 if control == MODEL else 2,
    )
    return line


def _name_axes(axes: Axes, name: str) -> None:
    better = 'lower' if lower_is_better(name) else 'higher'
    axes.set_title(f'{shorten(name, 34)}\n({better} is better)', fontsize=11)
    axes.tick_params(labelsize=10)
    axes.locator_params(axis='x', integer=True, nbins=6)
    axes.grid(alpha=0.3)
