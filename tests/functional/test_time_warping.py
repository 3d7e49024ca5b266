import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from carl_mm.functional import dtw


def all_paths(rows, columns):
    """Each monotone path from corner to corner."""
    if (rows, columns) == (1, 1):
        yield [(0, 0)]
    for down, right in ((1, 1), (1, 0), (0, 1)):
        if rows > down and columns > right:
            for path in all_paths(rows - down, columns - right):
                yield [*path, (rows - 1, columns - 1)]


def price(cost, path):
    return sum(float(cost[n, m]) for n, m in path)


def check_path(path, shape):
    assert path.dtype == np.int64
    assert path[0].tolist() == [0, 0]
    assert path[-1].tolist() == [shape[0] - 1, shape[1] - 1]
    steps = {tuple(step) for step in np.diff(path, axis=0).tolist()}
    assert steps <= {(1, 1), (1, 0), (0, 1)}


@settings(deadline=None, max_examples=60)
@given(
    rows=st.integers(1, 5),
    columns=st.integers(1, 5),
    seed=st.integers(0, 10**6),
    kind=st.sampled_from(['positive', 'signed', 'ties']),
)
def test_no_path_is_cheaper(rows, columns, seed, kind):
    rng = np.random.default_rng(seed)
    cost = {
        'positive': rng.random((rows, columns)),
        'signed': rng.normal(size=(rows, columns)),
        'ties': rng.integers(0, 3, (rows, columns)).astype(float),
    }[kind]
    path = dtw(cost)
    check_path(path, cost.shape)
    best = min(price(cost, other) for other in all_paths(rows, columns))
    assert price(cost, path.tolist()) == pytest.approx(best, abs=1e-12)


@pytest.mark.parametrize('seed', range(5))
def test_total_equals_the_textbook_recursion(seed):
    cost = np.random.default_rng(seed).random((40, 23 + 10 * seed))
    total = np.full((cost.shape[0] + 1, cost.shape[1] + 1), math.inf)
    total[0, 0] = 0
    for n in range(cost.shape[0]):
        for m in range(cost.shape[1]):
            total[n + 1, m + 1] = cost[n, m] + min(
                total[n, m], total[n, m + 1], total[n + 1, m]
            )
    path = dtw(cost)
    check_path(path, cost.shape)
    assert price(cost, path.tolist()) == pytest.approx(total[-1, -1])


def test_by_hand():
    cost = np.array([[1, 9, 9, 9], [1, 9, 9, 9], [9, 1, 1, 9], [9, 9, 9, 1]])
    assert dtw(cost).tolist() == [[0, 0], [1, 0], [2, 1], [2, 2], [3, 3]]
    assert dtw(cost.T).tolist() == [[0, 0], [0, 1], [1, 2], [2, 2], [3, 3]]


def test_of_equal_steps_the_diagonal_is_taken():
    assert dtw(np.zeros((3, 3))).tolist() == [[0, 0], [1, 1], [2, 2]]


def test_a_slower_copy_is_followed():
    slow = np.repeat(np.arange(6), [1, 3, 1, 2, 4, 1])
    path = dtw(abs(slow[:, None] - np.arange(6)))
    assert path.tolist() == [[n, m] for n, m in enumerate(slow)]


def test_one_frame():
    assert dtw(np.array([[5.0]])).tolist() == [[0, 0]]
    assert dtw(np.ones((1, 3))).tolist() == [[0, 0], [0, 1], [0, 2]]
    assert dtw(np.ones((3, 1))).tolist() == [[0, 0], [1, 0], [2, 0]]


@pytest.mark.parametrize(
    'cost',
    [
        [[1.0, math.inf, 1.0]],
        [[1.0, math.inf], [math.inf, math.inf]],
        [[0.0, 0.0, math.inf], [0.0, math.inf, math.inf], [0.0, 0.0, math.inf]],
        [[math.inf] * 3] * 3,
    ],
)
def test_infinite_costs_are_a_path_or_an_error(cost):
    cost = np.array(cost)
    try:
        path = dtw(cost)
    except ValueError as error:
        assert 'inf' in str(error)
    else:
        check_path(path, cost.shape)


@pytest.mark.parametrize('convert', [np.ndarray.tolist, torch.tensor, np.float32])
def test_costs_of_any_type(convert):
    cost = np.random.default_rng(0).integers(0, 50, (7, 9))
    assert dtw(convert(cost)).tolist() == dtw(cost.astype(float)).tolist()


@pytest.mark.parametrize(
    ('cost', 'value'),
    [
        (np.ones(3), r'\(3,\)'),
        (np.ones((2, 2, 2)), r'\(2, 2, 2\)'),
        (np.ones((0, 4)), r'\(0, 4\)'),
        (np.array([[1.0, math.nan]]), '(?i)nan'),
    ],
)
def test_bad_costs(cost, value):
    with pytest.raises(ValueError, match=value):
        dtw(cost)
