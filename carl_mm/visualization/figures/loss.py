"""Draw the loss over training."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from carl_mm.visualization.parts.phases import OKABE_ITO
from carl_mm.visualization.parts.writing import with_fonts


def smooth(values: np.ndarray, width: int) -> np.ndarray:
    """Average the finite ones of the ``width`` values around each value.

    Args:
        values: ``(L,)``.
        width: Number of values in a mean, odd.

    Returns:
        ``(L,)`` float64; NaN where nothing near is finite.
    """
    finite = np.isfinite(values)
    kernel = np.ones(width)
    half = width // 2
    sums = np.convolve(np.where(finite, values, 0.0), kernel)[half : half + len(values)]
    counts = np.convolve(finite.astype(float), kernel)[half : half + len(values)]
    means = np.full(len(values), np.nan)
    np.divide(sums, counts, out=means, where=counts > 0)
    return means


@with_fonts
def loss_figure(
    steps: Sequence[float] | np.ndarray,
    losses: Sequence[float] | np.ndarray,
    *,
    width: int | None = None,
    name: str = 'training loss',
) -> Figure:
    """Draw the loss over the training steps, as logged and smoothed.

    Args:
        steps: ``(L,)`` training steps, ascending.
        losses: ``(L,)`` losses; values that are not finite leave a gap.
        width: Number of logged values in a mean, odd; by default about 1/25 of them.
        name: Label of the vertical axis.

    Raises:
        ValueError: There is no value, or numbers of losses and steps differ.
    """
    x, y = np.asarray(steps, dtype=float), np.asarray(losses, dtype=float)
    if x.ndim != 1 or x.shape != y.shape or len(x) == 0:
        raise ValueError(
            'there must be as many losses as steps, and at least one, got '
            f'{y.shape} losses and {x.shape} steps'
        )
    if width is None:
        width = max(1, len(x) // 50 * 2 + 1)
    if width < 1 or width % 2 == 0:
        raise ValueError(f'width must be odd and positive, got {width}')
    figure = Figure(figsize=(12, 6), layout='constrained')
    axes = figure.add_subplot()
    y = np.where(np.isfinite(y), y, np.nan)
    marker = 'o' if len(x) < 3 else ''
    axes.plot(x, y, color='#888888', linewidth=0.8, marker=marker, label='as logged')
    if width > 1:
        axes.plot(
            x,
            smooth(y, width),
            color=OKABE_ITO[4],
            linewidth=2.5,
            label=f'mean of {width} values',
        )
    axes.set_xlabel('training step', fontsize=14)
    axes.set_ylabel(name, fontsize=14)
    axes.tick_params(labelsize=12)
    axes.grid(alpha=0.3)
    axes.margins(x=0.01)
    axes.legend(fontsize=13)
    return figure
