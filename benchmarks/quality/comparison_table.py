"""Tables of figures, a row a recipe or method: mean and range over seeds."""

from collections.abc import Sequence

import numpy as np

from carl_mm.evaluation.results_table import CONTROLS, HEADINGS


def comparison_table(
    rows: dict[str, list[dict[str, float]]],
    columns: dict[str, str],
    controls: Sequence[str] = CONTROLS,
    unseeded: Sequence[str] = (),
) -> str:
    """Return a Markdown table with the controls in its last rows.

    Args:
        rows: Name of each row to the figures of its runs, one run a seed.
        columns: Key of each figure to the title of its column. A figure that no run
            has is left out.
        controls: Names of the controls; their figures' keys end in them. The first
            run that has a control's figures gives its row; a control that no run has
            is left out.
        unseeded: Names of rows whose figures depend on no seed.
    """
    all_runs = [run for runs in rows.values() for run in runs]
    columns = {
        key: name
        for key, name in columns.items()
        if any(key in run for run in all_runs)
    }
    lines = [
        '| | seeds | ' + ' | '.join(columns.values()) + ' |',
        '|---|---|' + '---|' * len(columns),
    ]
    for name, runs in rows.items():
        cells = [_cell([run[key] for run in runs]) for key in columns]
        seeds = '-' if name in unseeded else len(runs)
        lines.append(f'| {name} | {seeds} | ' + ' | '.join(cells) + ' |')
    for control in controls:
        keys = [f'{key}_{control}' for key in columns]
        judged = next((r for r in all_runs if all(k in r for k in keys)), None)
        if judged is None:
            continue
        cells = [_cell([judged[key]]) for key in keys]
        lines.append(f'| {control_name(control)} | - | ' + ' | '.join(cells) + ' |')
    return '\n'.join(lines)


def control_name(control: str) -> str:
    """Return what the rows of a control are called."""
    return HEADINGS.get(control, f'{control} only')


def _cell(values: list[float]) -> str:
    if np.isnan(values).all():
        return '-'
    spread = f' ({min(values):.3f} to {max(values):.3f})' if len(values) > 1 else ''
    return f'{np.mean(values):.3f}{spread}'
