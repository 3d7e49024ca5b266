"""Time of soft-DTW, forward and backward, beside a plain loop over cells.

    python benchmarks/speed/soft_dtw.py

The costs are uniform and random. `carl_mm.functional.soft_dtw` takes a diagonal at a
time; the loop is the same recurrence in Python, cell by cell, with the backward pass
written out, at a size that it can manage. Shown is the fastest of several runs.
"""

import argparse
import math
import time
from collections.abc import Callable

import numpy as np
import torch

from carl_mm.functional import soft_dtw
from carl_mm.functional.warping.soft_tables import accumulated_costs

GAMMA = 0.1


def by_cells(cost: np.ndarray) -> tuple[float, np.ndarray]:
    """Return value and gradient for one ``(N, M)`` matrix, computed cell by cell."""
    rows, columns = cost.shape
    price = cost.tolist()
    table = [[math.inf] * (columns + 1) for _ in range(rows + 1)]
    table[0][0] = 0.0
    for n in range(rows):
        for m in range(columns):
            before = (table[n][m], table[n][m + 1], table[n + 1][m])
            least = min(before)
            total = sum(math.exp((least - r) / GAMMA) for r in before)
            table[n + 1][m + 1] = price[n][m] + least - GAMMA * math.log(total)
    passed = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    passed[rows][columns] = 1.0
    for n in range(rows - 1, -1, -1):
        for m in range(columns - 1, -1, -1):
            own = passed[n + 1][m + 1]
            relaxed = table[n + 1][m + 1] - price[n][m]
            for i, j in ((n, m), (n, m + 1), (n + 1, m)):
                passed[i][j] += own * math.exp((relaxed - table[i][j]) / GAMMA)
    return table[rows][columns], np.array(passed)[1:, 1:]


def seconds(run: Callable[[], object], repeats: int) -> float:
    """Return the time of the fastest run."""
    least = math.inf
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        least = min(least, time.perf_counter() - start)
    return least


def main() -> None:
    """Time both and compare their results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--batch', type=int, default=4)
    parser.add_argument(
        '--length', type=int, default=1000, help='rows and columns of a matrix'
    )
    parser.add_argument(
        '--loop-length', type=int, default=500, help='the same for the loop over cells'
    )
    parser.add_argument('--repeats', type=int, default=5)
    args = parser.parse_args()
    generator = torch.Generator().manual_seed(0)

    def draw(batch: int, length: int, dtype: torch.dtype) -> torch.Tensor:
        size = (batch, length, length)
        return torch.rand(size, generator=generator, dtype=dtype).requires_grad_()

    print(f'torch {torch.__version__}, {torch.get_num_threads()} threads')
    print('| what | batch | frames | dtype | seconds | ns a cell |')
    print('|---|---|---|---|---|---|')

    def report(what: str, cost: torch.Tensor, run: Callable[[], object]) -> float:
        best = seconds(run, args.repeats)
        each = f'{best / cost.numel() * 1e9:.0f}'
        dtype = str(cost.dtype).removeprefix('torch.')
        shape = f'{len(cost)} | {cost.shape[1]}'
        print(f'| {what} | {shape} | {dtype} | {best:.3f} | {each} |')
        return best

    for dtype in (torch.float32, torch.float64):
        cost = draw(args.batch, args.length, dtype)
        report('soft_dtw', cost, lambda c=cost: soft_dtw(c, GAMMA).sum().backward())
    smooth = draw(args.batch, args.length, torch.float32)
    report(
        "accumulated_costs, 'smooth'",
        smooth,
        lambda: accumulated_costs(smooth, GAMMA, 'smooth').sum().backward(),
    )
    cost = draw(args.batch, args.loop_length, torch.float64)
    matrices = cost.detach().numpy()
    ours = report('soft_dtw', cost, lambda: soft_dtw(cost, GAMMA).sum().backward())
    loop = report('loop over cells', cost, lambda: [by_cells(m) for m in matrices])
    cost.grad = None
    results = soft_dtw(cost, GAMMA)
    results.sum().backward()
    values, gradients = zip(*(by_cells(matrix) for matrix in matrices), strict=True)
    value_gap = np.abs(results.detach().numpy() - values).max()
    gradient_gap = np.abs(cost.grad.numpy() - np.stack(gradients)).max()
    print(
        f'\nAt {args.loop_length} frames the loop takes {loop / ours:.1f} times as '
        f'long; values differ by {value_gap:.1e}, gradients by {gradient_gap:.1e}.'
    )


if __name__ == '__main__':
    main()
