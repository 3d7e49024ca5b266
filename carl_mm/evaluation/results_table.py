"""Results beside their controls, for reading."""

from carl_mm.evaluation.alignment import AlignmentError, KendallsTau
from carl_mm.evaluation.evaluated_video import CENTRED, MODEL
from carl_mm.models.recognizers import controls

CONTROLS = (*controls.CONTROLS, CENTRED)  # in the order of the columns
HEADINGS = {'untrained': 'untrained', CENTRED: 'centred backbone'}
LOWER_IS_BETTER = (*AlignmentError.smaller_is_better, *KendallsTau.smaller_is_better)


def split_control(key: str) -> tuple[str, str]:
    """Split a logged key into the metric and the embedding: a control, or `MODEL`."""
    for control in CONTROLS:
        if key.endswith(f'_{control}'):
            return key.removesuffix(f'_{control}'), control
    return key, MODEL


def lower_is_better(metric: str) -> bool:
    """Whether a metric is better when lower, given its key without a control."""
    return metric.split('/')[-1].startswith(LOWER_IS_BETTER)


def results_table(metrics: dict[str, float], model: str = 'model') -> str:
    """Lay results out as a Markdown table: a row per metric, a column per control.

    Args:
        metrics: Results as `Runner.test` returns them; the key of a control ends in
            ``_NAME``.
        model: Heading of the model's own column.

    Returns:
        Lines of text; ``-`` where there is no figure.
    """
    rows: dict[str, dict[str, float]] = {}
    for key, value in metrics.items():
        name, column = split_control(key)
        rows.setdefault(name, {})[column] = value
    columns = [MODEL, *(c for c in CONTROLS if any(c in row for row in rows.values()))]
    heads = [model, *(HEADINGS.get(c, f'{c} only') for c in columns[1:])]
    lines = [['', *heads]]
    for key, row in rows.items():
        arrow = 'lower' if lower_is_better(key) else 'higher'
        hint = '' if key.endswith('_std') else f' ({arrow} is better)'
        cells = [f'{row[c]:.3f}' if c in row else '-' for c in columns]
        lines.append([key + hint, *cells])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ['-' * width for width in widths])
    return '\n'.join(
        '| ' + ' | '.join(c.ljust(w) for c, w in zip(line, widths, strict=True)) + ' |'
        for line in lines
    )
