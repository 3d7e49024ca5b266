"""Soft dynamic time warping (Cuturi & Blondel 2017)."""

import torch
from torch import Tensor

from carl_mm.functional.losses._frames import known
from carl_mm.functional.warping.soft_tables import accumulated_costs


def soft_dtw(
    cost: Tensor,
    gamma: float,
    *,
    num_rows: Tensor | None = None,
    num_columns: Tensor | None = None,
) -> Tensor:
    """Compute the soft minimum of the costs of all monotone paths.

    Over the paths from corner to corner with steps (1, 1), (1, 0) and (0, 1)::

        soft_dtw = -gamma log sum_paths exp(-cost of the path / gamma)

    which may be negative. Its gradient is the expected alignment: for each cell the
    probability that a path, drawn with p(path) = exp(-cost of the path / gamma) / Z,
    passes through it. Padding may hold anything, NaN included. Arithmetic is float64.
    It can be differentiated once, not twice.

    Args:
        cost: Costs, ``(B, N, M)``, of any float dtype; N, M >= 1.
        gamma: Softness, in units of the cost; > 0. Towards 0 the result becomes the
            cost of the path that `carl_mm.functional.dtw` finds.
        num_rows: Numbers of rows that are not padding, ``(B,)`` integers in [1, N]; by
            default all.
        num_columns: Numbers of columns that are not padding, ``(B,)`` integers in
            [1, M]; by default all.

    Returns:
        ``(B,)``, of the cost's dtype.

    Raises:
        ValueError: A shape, a dtype, a length or ``gamma`` is wrong.

    Example:
        >>> import torch
        >>> from carl_mm.functional import soft_dtw
        >>> cost = 1 - torch.eye(3)[None]
        >>> round(soft_dtw(cost, gamma=0.01).item(), 3)
        0.0
        >>> round(soft_dtw(cost, gamma=1.0).item(), 3)
        -1.219
    """
    if cost.ndim != 3:
        raise ValueError(f'cost must be (B, N, M), got {tuple(cost.shape)}')
    rows = _lengths(num_rows, cost, 1, 'num_rows')
    columns = _lengths(num_columns, cost, 2, 'num_columns')
    inside = cells_inside(rows, columns, cost)
    table = accumulated_costs(cost.masked_fill(~inside, 0), gamma)
    return last_cells(table, rows, columns)


def cells_inside(num_rows: Tensor, num_columns: Tensor, cost: Tensor) -> Tensor:
    """Return where ``cost`` is not padding, ``(B, N, M)`` bool."""
    row = torch.arange(cost.shape[1], device=cost.device) < num_rows[:, None]
    column = torch.arange(cost.shape[2], device=cost.device) < num_columns[:, None]
    return row.unsqueeze(2) & column.unsqueeze(1)


def last_cells(table: Tensor, num_rows: Tensor, num_columns: Tensor) -> Tensor:
    """Return the last cell of each ``(N, M)`` table that is not padding, ``(B,)``."""
    video = torch.arange(len(table), device=table.device)
    return table[video, num_rows - 1, num_columns - 1]


def _lengths(lengths: Tensor | None, cost: Tensor, axis: int, name: str) -> Tensor:
    batch, size = cost.shape[0], cost.shape[axis]
    if lengths is None:
        return torch.full((batch,), size, device=cost.device)
    if lengths.shape != (batch,) or lengths.is_floating_point():
        raise ValueError(
            f'{name} must be ({batch},) integers, got {lengths.dtype} of shape '
            f'{tuple(lengths.shape)}'
        )
    wrong = (lengths < 1) | (lengths > size)
    if known(wrong.any()):
        raise ValueError(
            f'{name} must lie in [1, {size}], got {int(lengths[wrong][0])}'
        )
    return lengths.to(cost.device)
