"""Tables of figures, a row a recipe or method: mean and range over seeds."""

from collections.abc import Sequence

import numpy as np

from carl_mm.evaluation.evaluated_video import CENTRED
from carl_mm.evaluation.results_table import CONTROLS


def comparison_table(
    rows: dict[str, list[dict[str, float]]],
    columns: dict[str, str],
    controls: Sequence[str] = CONTROLS,
) -> str:
    """Return a Markdown table with the controls in its last rows.

    Args:
        rows: Name of each row to the figures of its runs, one run a seed.
        columns: Key of each figure to the title of its column. A figure that no run
            has is left out.
        controls: Names of the controls; their figures' keys end in them. The first
            run that has a control's figures gives its row; a control that no run has
            is left out.
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
        lines.append(f'| {name} | {len(runs)} | ' + ' | '.join(cells) + ' |')
    for control in controls:
        keys = [f'{key}_{control}' for key in columns]
        judged = next((r for r in all_runs if all(k in r for k in keys)), None)
        if judged is None:
            continue
        cells = [_cell([judged[key]]) for key in keys]
        name = 'centred backbone' if control == CENTRED else f'{control} only'
        lines.append(f'| {name} | - | ' + ' | '.join(cells) + ' |')
    return '\n'.join(lines)


def _cell(values: list[float]) -> str:
    spread = f' ({min(values):.3f} to {max(values):.3f})' if len(values) > 1 else ''
    return f'{np.mean(values):.3f}{spread}'
