import math

import numpy as np
import pytest

from carl_mm.functional.warping import step_table
from carl_mm.functional.warping.band import band_columns
from carl_mm.functional.warping.step_table import cheapest_path


def by_loops(cost, starts, ends):
    """The path by the textbook's table of totals; of equal ones (1, 1), then (1, 0)."""
    rows, columns = cost.shape
    total = {(-1, -1): 0.0}
    steps = {}
    for n in range(rows):
        for m in range(starts[n], ends[n]):
            origins = [(n - 1, m - 1), (n - 1, m), (n, m - 1)]
            prices = [total.get(origin, math.inf) for origin in origins]
            steps[n, m] = origins[prices.index(min(prices))]
            total[n, m] = min(prices) + cost[n, m]
    path = [(rows - 1, columns - 1)]
    while path[-1] != (0, 0):
        path.append(steps[path[-1]])
    return [list(cell) for cell in reversed(path)]


def path_of(cost, starts, ends):
    def costs_of(rows, columns, out):
        out[:] = cost[rows, columns]

    return cheapest_path(costs_of, starts, ends)


@pytest.mark.parametrize('tile', [(1, 1), (40, 7), (200, 50), (10**6, 10**6)])
@pytest.mark.parametrize('band', [None, 0, 1, 3, 8])
@pytest.mark.parametrize(
    'shape', [(1, 1), (1, 9), (9, 1), (4, 4), (5, 60), (61, 6), (43, 50), (80, 80)]
)
@pytest.mark.parametrize('kind', ['signed', 'ties', 'zeros'])
def test_paths_equal_the_loops(monkeypatch, tile, band, shape, kind):
    monkeypatch.setattr(step_table, 'TILE_CELLS', tile[0])
    monkeypatch.setattr(step_table, 'TILE_COLUMNS', tile[1])
    rng = np.random.default_rng(0)
    cost = {
        'signed': rng.normal(size=shape),
        'ties': rng.integers(0, 3, shape).astype(float),
        'zeros': np.zeros(shape),
    }[kind]
    bounds = band_columns(*shape, band)
    path = path_of(cost, *bounds)
    assert path.dtype == np.int64
    assert path.tolist() == by_loops(cost, *bounds)


def test_costs_outside_the_band_are_never_taken():
    cost = -np.ones((50, 50))
    bounds = band_columns(50, 50, 2)
    path = path_of(cost, *bounds)
    assert (abs(path[:, 0] - path[:, 1]) <= 2).all()
    assert path.tolist() == by_loops(cost, *bounds)


def test_memory_is_2_bits_a_cell_of_the_band():
    for shape in ((4000, 4000), (1000, 9000), (9000, 1000)):
        starts, ends = band_columns(*shape, None)
        assert step_table._empty_table(starts, ends).steps.size == np.prod(shape) // 4
        starts, ends = band_columns(*shape, 100)
        cells = (ends - starts).sum()
        assert step_table._empty_table(starts, ends).steps.size < 1.6 * cells / 4
