"""Differentiable tables of accumulated alignment costs, one diagonal at a time.

Cells of one anti-diagonal do not depend on each other. The tables are held skewed,
``(K, B, N)`` with K = N + M - 1: cell (n, m) is in row n + m, so that a diagonal is one
slice of memory, and what it needs are slices of the two rows before.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

MINIMA = ('soft', 'smooth')
# In place of infinity, which times a weight of 0 would be NaN.
UNREACHED = 1e100


def accumulated_costs(cost: Tensor, gamma: float, minimum: str = 'soft') -> Tensor:
    """Compute the cost of the relaxed cheapest path from the first corner to each cell.

    With r over the cells (n - 1, m - 1), (n - 1, m) and (n, m - 1)::

        R(0, 0) = cost(0, 0),  R(n, m) = cost(n, m) + min_gamma(R(r))

    where min_gamma is one of::

        soft:    -gamma log sum_r exp(-R(r) / gamma)      (Cuturi & Blondel 2017)
        smooth:  sum_r R(r) p_r, p = softmax(-R / gamma)  (Hadji et al. 2021)

    A cell depends only on those above and left of it, so padding at the end of a matrix
    does not change the other cells. Arithmetic is float64. Memory is O(N M) for each
    matrix. It can be differentiated once, not twice.

    Args:
        cost: Finite costs, ``(B, N, M)``, of any float dtype; N, M >= 1.
        gamma: Softness, in units of the cost; > 0. The smaller it is, the nearer is the
            result to the least cost.
        minimum: Kind of minimum: 'soft' is at most the least cost, 'smooth' at least.

    Returns:
        ``(B, N, M)``, of the cost's dtype.

    Raises:
        ValueError: A shape, a dtype or an option is wrong.
    """
    if cost.ndim != 3 or not cost.numel() or not cost.is_floating_point():
        raise ValueError(
            f'cost must be float (B, N, M) with a cell, got {cost.dtype} of shape '
            f'{tuple(cost.shape)}'
        )
    if not gamma > 0:
        raise ValueError(f'gamma must be positive, got {gamma}')
    if minimum not in MINIMA:
        raise ValueError(f'minimum must be one of {MINIMA}, got {minimum!r}')
    if cost.shape[1] > cost.shape[2]:  # diagonals run along the shorter side
        return accumulated_costs(cost.mT, gamma, minimum).mT
    table: Tensor = _AccumulatedCosts.apply(  # type: ignore[no-untyped-call]
        cost.double(), gamma, minimum
    )
    return table.to(cost.dtype)


class _AccumulatedCosts(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, cost: Tensor, gamma: float, minimum: str) -> Tensor:
        num_rows, num_columns = cost.shape[1:]
        costs = _skew(cost)  # (K, B, N)
        # Two diagonals and a row of unreached cells stand before the first.
        shape = (len(costs) + 2, len(cost), num_rows + 1)
        table = costs.new_full(shape, UNREACHED)
        table[2, :, 1] = costs[0, :, 0]
        relaxed = _soft if minimum == 'soft' else _smooth
        for diagonal in range(1, len(costs)):
            first, end = _reach(diagonal, num_rows, num_columns)
            best = relaxed(_before(table, diagonal, first, end), gamma)
            best += costs[diagonal, :, first:end]
            table[diagonal + 2, :, first + 1 : end + 1] = best
        ctx.save_for_backward(costs, table)
        ctx.gamma, ctx.minimum, ctx.num_columns = gamma, minimum, num_columns
        return _unskew(table[2:, :, 1:], num_columns)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        costs, table = ctx.saved_tensors
        total = torch.zeros_like(table)  # of what each cell's cost changes
        total[2:, :, 1:] = _skew(grad)
        for diagonal in range(len(costs) - 1, 0, -1):
            first, end = _reach(diagonal, costs.shape[2], ctx.num_columns)
            before = _before(table, diagonal, first, end)  # (3, B, E - F)
            weights = (before / -ctx.gamma).softmax(dim=0)
            if ctx.minimum == 'smooth':
                mean = (weights * before).sum(dim=0)
                weights *= 1 + (mean - before) / ctx.gamma
            weights *= total[diagonal + 2, :, first + 1 : end + 1]
            total[diagonal, :, first:end] += weights[0]
            total[diagonal + 1, :, first:end] += weights[1]
            total[diagonal + 1, :, first + 1 : end + 1] += weights[2]
        return _unskew(total[2:, :, 1:], ctx.num_columns), None, None


def _before(table: Tensor, diagonal: int, first: int, end: int) -> Tensor:
    """Return the cells before rows ``first`` to ``end``: diagonal, above and left."""
    return torch.stack(
        [
            table[diagonal, :, first:end],
            table[diagonal + 1, :, first:end],
            table[diagonal + 1, :, first + 1 : end + 1],
        ]
    )


def _soft(before: Tensor, gamma: float) -> Tensor:
    return (before / -gamma).logsumexp(dim=0) * -gamma


def _smooth(before: Tensor, gamma: float) -> Tensor:
    return ((before / -gamma).softmax(dim=0) * before).sum(dim=0)


def _reach(diagonal: int, num_rows: int, num_columns: int) -> tuple[int, int]:
    """Return the first row in which a diagonal has a cell, and the end of its rows."""
    return max(0, diagonal - num_columns + 1), min(num_rows, diagonal + 1)


def _skew(matrix: Tensor) -> Tensor:
    """Return ``(B, N, M)`` with row n shifted by n, as ``(N + M - 1, B, N)``."""
    batch, rows, columns = matrix.shape
    # Rows of N + M entries, read as rows of one less: each begins one further left.
    padded = torch.nn.functional.pad(matrix, (0, rows)).flatten(1)
    shifted = padded[:, : rows * (rows + columns - 1)].view(batch, rows, -1)
    return shifted.permute(2, 0, 1).contiguous()


def _unskew(skewed: Tensor, num_columns: int) -> Tensor:
    """Invert `_skew`: ``(N + M - 1, B, N)`` to ``(B, N, M)``."""
    rows = skewed.shape[2]
    flat = torch.nn.functional.pad(skewed.permute(1, 2, 0).flatten(1), (0, rows))
    return flat.view(-1, rows, rows + num_columns)[:, :, :num_columns]
