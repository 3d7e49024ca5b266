"""The tables of `real_videos.py`, in Markdown."""

from collections.abc import Callable

import numpy as np
from comparison_table import comparison_table, control_name
from real_figures import EVENTS, shown_figures, title
from real_results import (
    ALL,
    CHOICE,
    EACH,
    JUDGEMENT,
    Results,
    best_controls,
    with_means,
)

from carl_mm.evaluation.results_table import CONTROLS

# How far apart two people's labels of one event are, in frames.
UNCERTAINTY = {
    'squat': 0.9,
    'jumping_jack': 0.1,
    'robot_pick_place': 0.3,
    'tennis_backhand': 0.3,
    'golf': 1.0,
}
OF_MEANS = {'of means': 'ratio of the means'}
MEANS = {'mean': 'mean', 'choice': 'mean, choice', 'judgement': 'mean, judgement'}


def columns_of(results: Results) -> dict[str, str]:
    """Return the columns of all tables: the actions, then the means."""
    actions = dict.fromkeys(
        action
        for figures in results.models.values()
        for row in figures.values()
        for action in row
    )
    return {action: action for action in actions} | MEANS


def model_rows(
    results: Results,
    figure: str,
    change: Callable[[str, dict[str, float]], dict[str, float]],
) -> dict[str, list[dict[str, float]]]:
    """Return a row for each recipe and kind of encoder, with an item for each seed.

    Args:
        results: What was measured.
        figure: Whose values.
        change: From the recipe and its values by action to the cells of its row.
    """
    rows: dict[str, list[dict[str, float]]] = {}
    for (recipe, encoders, _), figures in results.models.items():
        cells = change(recipe, figures[figure])
        rows.setdefault(f'{recipe}, {encoders}', []).append(cells)
    return rows


def control_rows(results: Results, figure: str) -> dict[str, list[dict[str, float]]]:
    """Return a row for each control, or several where its figures differ by recipe."""
    rows = {}
    for control in CONTROLS:
        groups: list[tuple[dict[str, float], list[str]]] = []
        for recipe, figures in results.controls.items():
            row = figures.get(f'{figure}_{control}')
            same = next((names for known, names in groups if known == row), None)
            if row is not None and same is None:
                groups.append((row, [recipe]))
            elif same is not None:
                same.append(recipe)
        for row, names in groups:
            label = control_name(control)
            if len(groups) > 1:
                label += f' ({", ".join(names)})'
            rows[label] = [with_means(row)]
    return rows


def figure_table(results: Results, figure: str) -> str:
    """Return the table of a figure: the recipes, then the controls."""
    rows = model_rows(results, figure, lambda _, row: with_means(row))
    controls = control_rows(results, figure)
    if figure.startswith(EVENTS[1]):
        actions = [action for action in columns_of(results) if action not in MEANS]
        known = {action: UNCERTAINTY.get(action, float('nan')) for action in actions}
        controls["the label's own uncertainty"] = [with_means(known)]
    columns = columns_of(results)
    return comparison_table({**rows, **controls}, columns, (), unseeded=[*controls])


def ratio_rows(results: Results, figure: str) -> dict[str, list[dict[str, float]]]:
    """Return rows of the model's figures as shares of the best control's."""

    def ratios(recipe: str, row: dict[str, float]) -> dict[str, float]:
        best, _ = best_controls(results, recipe, figure)
        return shares_of({action: row[action] for action in best}, best)

    return model_rows(results, figure, ratios)


def shares_of(row: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    """Divide figures by others; add the means of the ratios and the ratio of means.

    A ratio to nothing is NaN.
    """

    def ratio(value: float, base: float) -> float:
        return value / base if base else float('nan')

    of_means = ratio(*(float(np.mean(list(v.values()))) for v in (row, other)))
    ratios = {action: ratio(row[action], other[action]) for action in row}
    return with_means(ratios) | {'of means': of_means}


def ratio_table(results: Results, figure: str) -> str:
    """Return the table of the best controls, and of the model as a share of them."""
    columns = columns_of(results) | OF_MEANS
    controls: dict[str, list[dict[str, float]]] = {}
    told = []
    for recipe in results.controls:
        values, names = best_controls(results, recipe, figure)
        cells = with_means(values) | {'of means': float('nan')}
        controls[f'best control ({recipe})'] = [cells]
        which = ', '.join(f'{action} {control_name(n)}' for action, n in names.items())
        told.append(f'Best controls of {recipe}: {which}.')
    rows = {**controls, **ratio_rows(results, figure)}
    table = comparison_table(rows, columns, (), unseeded=[*controls])
    return '\n'.join([table, '', *told])


def summary_table(results: Results) -> str:
    """Return the event errors as shares of the best control's, all in one table."""
    columns = columns_of(results) | OF_MEANS
    rows = {}
    for figure in shown_figures(results):
        if figure.startswith(EVENTS[0]):
            short = title(figure).split(': ')[1].split(' (')[0]
            for name, cells in ratio_rows(results, figure).items():
                rows[f'{short}: {name}'] = cells
    return comparison_table(rows, columns, ())


def encoder_table(results: Results, figure: str) -> str:
    """Return the table of one encoder for all as a share of one for each, or ''."""
    rows: dict[str, list[dict[str, float]]] = {}
    for (recipe, encoders, seed), figures in results.models.items():
        each = results.models.get((recipe, EACH, seed))
        if encoders != ALL or each is None:
            continue
        cells = shares_of(figures[figure], each[figure])
        rows.setdefault(recipe, []).append(cells)
    if not rows:
        return ''
    columns = columns_of(results) | OF_MEANS
    return comparison_table(rows, columns, ())


def all_tables(results: Results) -> str:
    """Return all tables as Markdown."""
    parts = [
        f'Choices are made on {", ".join(CHOICE)}, and judged on '
        f'{", ".join(JUDGEMENT)}. Mean over seeds and range; means over folds.'
    ]
    parts += ['## event error / that of the best control', summary_table(results)]
    for figure in shown_figures(results):
        parts += [f'## {title(figure)}', figure_table(results, figure)]
        if figure.startswith(EVENTS[1]):
            continue
        parts += ['Model / best control:', ratio_table(results, figure)]
        shares = encoder_table(results, figure)
        if shares:
            parts += [f'{ALL} / {EACH}:', shares]
    return '\n\n'.join(parts)
