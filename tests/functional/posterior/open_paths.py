"""All monotone paths with open ends, by recursion: the oracle of the posterior."""

import math

import numpy as np


def weights_of_paths(odds, gap, end_gap):
    """Each path of a small matrix as a list of cells, with its weight."""
    rows, columns = odds.shape

    def continue_from(path, log_weight):
        n, m = path[-1]
        if n == rows - 1 or m == columns - 1:
            skipped = rows - 1 - n + columns - 1 - m
            yield path, math.exp(log_weight + end_gap * skipped)
        for down, right, step in ((1, 1, 0.0), (1, 0, gap), (0, 1, gap)):
            cell = (n + down, m + right)
            if cell[0] < rows and cell[1] < columns:
                yield from continue_from(
                    [*path, cell], log_weight + step + float(odds[cell])
                )

    for n in range(rows):
        for m in range(columns):
            if n == 0 or m == 0:
                start = end_gap * (n + m) + float(odds[n, m])
                yield from continue_from([(n, m)], start)


def sums_over_paths(odds, gap, end_gap):
    """The log of all weights; the marginals of cells, rows and columns."""
    total = 0.0
    cells, rows, columns = np.zeros(odds.shape), *map(np.zeros, odds.shape)
    for path, weight in weights_of_paths(odds, gap, end_gap):
        total += weight
        for cell in path:
            cells[cell] += weight
        for n in {n for n, _ in path}:
            rows[n] += weight
        for m in {m for _, m in path}:
            columns[m] += weight
    return math.log(total), cells / total, rows / total, columns / total
