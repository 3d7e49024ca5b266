"""Results beside their controls, for reading."""

from carl_mm.models.recognizers.controls import CONTROLS

LOWER_IS_BETTER = ('error', 'event_error', 'nan_share')


def results_table(metrics: dict[str, float], model: str = 'model') -> str:
    """Lay a result dict out as a Markdown table, a metric a row, a control a column.

    Args:
        metrics: As `Runner.test` returns; a control's key ends in ``_NAME``.
        model: Heading of the model's own column.

    Returns:
        Lines of text; ``-`` where there is no figure.
    """
    rows: dict[str, dict[str, float]] = {}
    for key, value in metrics.items():
        control = next((c for c in CONTROLS if key.endswith(f'_{c}')), '')
        rows.setdefault(key.removesuffix(f'_{control}'), {})[control] = value
    columns = ['', *(c for c in CONTROLS if any(c in row for row in rows.values()))]
    heads = [model, *(f'{c} only' if c != 'untrained' else c for c in columns[1:])]
    lines = [['', *heads]]
    for key, row in rows.items():
        lower = key.split('/')[-1].startswith(LOWER_IS_BETTER)
        arrow = 'lower' if lower else 'higher'
        hint = '' if key.endswith('_std') else f' ({arrow} is better)'
        cells = [f'{row[c]:.3f}' if c in row else '-' for c in columns]
        lines.append([key + hint, *cells])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ['-' * width for width in widths])
    return '\n'.join(
        '| ' + ' | '.join(c.ljust(w) for c, w in zip(line, widths, strict=True)) + ' |'
        for line in lines
    )
