"""All monotone paths with open ends, by recursion: the oracle of the posterior."""

import math

import numpy as np


def cells_after(n, m, shape, drop):
    """Each cell that may follow one, with the gaps in the rows and columns."""
    for row in range(n, shape[0]):
        for column in range(m, shape[1]):
            is_step = max(row - n, column - m) == 1
            is_jump = drop is not None and row > n and column > m
            if is_step or is_jump:
                yield row, column


def weights_of_paths(odds, gap, end_gap, drop=None, anywhere=False):
    """Each path of a small matrix as a list of cells, with its log-weight."""
    rows, columns = odds.shape

    def weight_of(down, right):
        if max(down, right) > 1:
            return drop
        return 0.0 if down == right else gap

    def continue_from(path, log_weight):
        n, m = path[-1]
        if anywhere or n == rows - 1 or m == columns - 1:
            skipped = rows - 1 - n + columns - 1 - m
            yield path, log_weight + end_gap * skipped
        for cell in cells_after(n, m, odds.shape, drop):
            step = weight_of(cell[0] - n, cell[1] - m)
            yield from continue_from(
                [*path, cell], log_weight + step + float(odds[cell])
            )

    for n, m in np.ndindex(odds.shape):
        if anywhere or n == 0 or m == 0:
            start = end_gap * (n + m) + float(odds[n, m])
            yield from continue_from([(n, m)], start)


def sums_over_paths(odds, *weights):
    """The log of all weights; the marginals of cells, rows and columns."""
    paths = list(weights_of_paths(odds, *weights))
    most = max(log_weight for _, log_weight in paths)
    total = 0.0
    cells, rows, columns = np.zeros(odds.shape), *map(np.zeros, odds.shape)
    for path, log_weight in paths:
        weight = math.exp(log_weight - most)
        total += weight
        for cell in path:
            cells[cell] += weight
        for n in {n for n, _ in path}:
            rows[n] += weight
        for m in {m for _, m in path}:
            columns[m] += weight
    return most + math.log(total), cells / total, rows / total, columns / total
