"""What `real_videos.py` measured: figures by action, and the best controls."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from carl_mm.evaluation.action_videos import mean_of_defined
from carl_mm.evaluation.evaluated_video import MODEL
from carl_mm.evaluation.results_table import lower_is_better, split_control

# Recipes are chosen by the figures of the first half, and judged by the second's.
CHOICE = ('squat', 'robot_pick_place')
JUDGEMENT = ('jumping_jack', 'tennis_backhand', 'golf')
ALL, EACH = 'one encoder for all', 'one for each'

Figures = dict[str, dict[str, float]]  # figure, with or without a control: by action


@dataclass
class Results:
    """What was measured, averaged over folds.

    Attributes:
        models: Recipe, `ALL` or `EACH`, and seed to the figures of the model.
        controls: Recipe to the figures of the controls of its features.
    """

    models: dict[tuple[str, str, int], Figures] = field(default_factory=dict)
    controls: dict[str, Figures] = field(default_factory=dict)


def mean_over_folds(folds: Iterable[Mapping[str, float]]) -> Figures:
    """Average the figures of the folds, whose keys are ACTION/FIGURE."""
    values: dict[str, dict[str, list[float]]] = {}
    for fold in folds:
        for key, value in fold.items():
            action, figure = key.split('/', 1)
            values.setdefault(figure, {}).setdefault(action, []).append(value)
    return {
        figure: {action: mean_of_defined(row) for action, row in rows.items()}
        for figure, rows in values.items()
    }


def with_means(row: Mapping[str, float]) -> dict[str, float]:
    """Add the means over actions: of all, and of each half that there is."""
    means = {'mean': float(np.mean(list(row.values())))}
    for half, actions in (('choice', CHOICE), ('judgement', JUDGEMENT)):
        held = [row[action] for action in actions if action in row]
        if held:
            means[half] = float(np.mean(held))
    return {**row, **means}


def best_controls(
    results: Results, recipe: str, figure: str
) -> tuple[dict[str, float], dict[str, str]]:
    """Find the best control of each action, among those of a recipe's own features.

    Returns:
        Its value, and its name, by action.
    """
    held = {
        split_control(key)[1]: row
        for key, row in results.controls[recipe].items()
        if split_control(key)[0] == figure and split_control(key)[1] != MODEL
    }
    best = min if lower_is_better(figure) else max
    values: dict[str, float] = {}
    names: dict[str, str] = {}
    for action in dict.fromkeys(action for row in held.values() for action in row):
        defined = {
            n: row[action] for n, row in held.items() if row[action] == row[action]
        }
        if defined:
            names[action] = best(defined, key=lambda name: defined[name])
            values[action] = defined[names[action]]
    return values, names
