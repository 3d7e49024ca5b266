import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from carl_mm.functional import dtw, soft_dtw


def all_paths(rows, columns):
    """Each monotone path from corner to corner."""
    if (rows, columns) == (1, 1):
        yield [(0, 0)]
    for down, right in ((1, 1), (1, 0), (0, 1)):
        if rows > down and columns > right:
            for path in all_paths(rows - down, columns - right):
                yield [*path, (rows - 1, columns - 1)]


def by_paths(cost, gamma):
    """The definition: value and expected alignment, path by path."""
    partition, passed = 0.0, torch.zeros(cost.shape, dtype=torch.float64)
    for path in all_paths(*cost.shape):
        weight = math.exp(-sum(cost[n, m].item() for n, m in path) / gamma)
        partition += weight
        for n, m in path:
            passed[n, m] += weight
    return -gamma * math.log(partition), passed / partition


def draw(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(shape, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize('gamma', [0.1, 1.0, 5.0])
@pytest.mark.parametrize('shape', [(4, 5), (5, 3), (1, 4), (3, 1), (1, 1)])
def test_value_and_gradient_by_all_paths(shape, gamma):
    cost = draw(2, *shape).requires_grad_()
    values = soft_dtw(cost, gamma)
    values.sum().backward()
    for value, matrix, gradient in zip(values, cost.detach(), cost.grad, strict=True):
        expected, alignment = by_paths(matrix, gamma)
        assert value.item() == pytest.approx(expected, abs=1e-12)
        torch.testing.assert_close(gradient, alignment)


def test_gradient():
    cost = draw(2, 4, 3).requires_grad_()
    rows, columns = torch.tensor([4, 2]), torch.tensor([1, 3])

    def value(matrix):
        return soft_dtw(matrix, 0.4, num_rows=rows, num_columns=columns)

    assert torch.autograd.gradcheck(value, cost)


def test_by_hand():
    # Three paths, of costs 1 + 4, 1 + 2 + 4 and 1 + 3 + 4.
    cost = torch.tensor([[[1.0, 2.0], [3.0, 4.0]]])
    expected = -math.log(math.exp(-5) + math.exp(-7) + math.exp(-8))
    assert soft_dtw(cost, 1.0).item() == pytest.approx(expected)
    # A row of four frames has one path.
    assert soft_dtw(torch.ones(1, 1, 4), 0.1).item() == pytest.approx(4)


@settings(deadline=None, max_examples=30)
@given(rows=st.integers(1, 12), columns=st.integers(1, 12), seed=st.integers(0, 10**6))
def test_without_softness_it_is_dtw(rows, columns, seed):
    cost = draw(1, rows, columns, seed=seed).requires_grad_()
    value = soft_dtw(cost, 1e-7)
    value.backward()
    path = dtw(cost[0].detach())
    price = sum(cost[0, n, m].item() for n, m in path)
    assert value.item() == pytest.approx(price, abs=1e-5)
    alignment = torch.zeros(rows, columns, dtype=torch.float64)
    alignment[path[:, 0], path[:, 1]] = 1
    torch.testing.assert_close(cost.grad[0], alignment, atol=1e-3, rtol=0)


@settings(deadline=None, max_examples=20)
@given(
    rows=st.integers(1, 9),
    columns=st.integers(1, 9),
    seed=st.integers(0, 10**6),
    gamma=st.floats(0.01, 10),
)
def test_properties(rows, columns, seed, gamma):
    cost = draw(1, rows, columns, seed=seed).requires_grad_()
    value = soft_dtw(cost, gamma)
    value.backward()
    # The other way round, and in the other order of time.
    assert soft_dtw(cost.mT, gamma).item() == pytest.approx(value.item())
    assert soft_dtw(cost.flip(1, 2), gamma).item() == pytest.approx(value.item())
    # Softer is less; a unit of cost is a unit of softness.
    assert soft_dtw(cost, 2 * gamma) <= value + 1e-12
    assert soft_dtw(3 * cost, 3 * gamma).item() == pytest.approx(3 * value.item())
    # Every path starts at the first cell, ends at the last and passes every row.
    gradient = cost.grad[0]
    assert gradient[0, 0].item() == pytest.approx(1)
    assert gradient[-1, -1].item() == pytest.approx(1)
    assert (gradient >= 0).all() and (gradient <= 1 + 1e-9).all()
    assert (gradient.sum(dim=1) >= 1 - 1e-9).all()


@pytest.mark.parametrize('garbage', [math.nan, math.inf, -7.0, 1e30])
def test_padding_changes_nothing(garbage):
    rows, columns = torch.tensor([5, 3, 1]), torch.tensor([4, 6, 1])
    cost = draw(3, 5, 6)
    for matrix, n, m in zip(cost, rows, columns, strict=True):
        matrix[n:], matrix[:, m:] = garbage, garbage
    cost.requires_grad_()
    values = soft_dtw(cost, 0.2, num_rows=rows, num_columns=columns)
    (values * torch.tensor([1.0, 2.0, 3.0])).sum().backward()
    for i, (n, m) in enumerate(zip(rows, columns, strict=True)):
        alone = cost[i : i + 1, :n, :m].detach().requires_grad_()
        value = soft_dtw(alone, 0.2)
        assert values[i].item() == pytest.approx(value.item(), abs=1e-12)
        ((i + 1) * value.sum()).backward()
        torch.testing.assert_close(cost.grad[i, :n, :m], alone.grad[0])
        assert not cost.grad[i, n:].any() and not cost.grad[i, :, m:].any()


def test_nan_of_a_cell_is_not_hidden():
    cost = draw(2, 3, 3)
    cost[1, 1, 1] = math.nan
    assert soft_dtw(cost, 0.1).isnan().tolist() == [False, True]


def test_long_sequences_in_single_precision():
    cost = draw(2, 300, 280, seed=1)
    single = cost.float().requires_grad_()
    value = soft_dtw(single, 0.01)
    value.sum().backward()
    cost.requires_grad_()
    exact = soft_dtw(cost, 0.01)
    exact.sum().backward()
    torch.testing.assert_close(value.double(), exact, rtol=1e-6, atol=0)
    torch.testing.assert_close(single.grad.double(), cost.grad, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'num_rows': torch.tensor([0, 1])}, r'num_rows .* \[1, 3\], got 0'),
        ({'num_rows': torch.tensor([3, 4])}, r'num_rows .* \[1, 3\], got 4'),
        ({'num_columns': torch.tensor([5, 1])}, r'num_columns .* \[1, 4\], got 5'),
        ({'num_columns': torch.tensor([1])}, r'\(1,\)'),
        ({'num_rows': torch.ones(2)}, 'float32'),
        ({'gamma': 0.0}, 'gamma'),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        soft_dtw(draw(2, 3, 4), **{'gamma': 0.1, **options})


def test_bad_cost():
    with pytest.raises(ValueError, match=r'\(3, 4\)'):
        soft_dtw(draw(3, 4), 0.1)
