import math

import pytest
import torch

from carl_mm.functional.warping.soft_tables import accumulated_costs

SHAPES = [(2, 4, 6), (2, 6, 4), (3, 5, 5), (1, 1, 4), (1, 4, 1), (2, 1, 1)]


def table_by_loops(cost, gamma, minimum):
    """The recurrence, a cell after the other, in Python's own numbers."""
    tables = []
    for matrix in cost.tolist():
        table = {}
        for n, row in enumerate(matrix):
            for m, price in enumerate(row):
                places = ((n - 1, m - 1), (n - 1, m), (n, m - 1))
                before = [table[place] for place in places if place in table]
                table[n, m] = price
                if before:
                    weights = [math.exp(-r / gamma) for r in before]
                    if minimum == 'soft':
                        table[n, m] -= gamma * math.log(sum(weights))
                    else:
                        mean = sum(w * r for w, r in zip(weights, before, strict=True))
                        table[n, m] += mean / sum(weights)
        size = len(matrix), len(matrix[0])
        tables.append(torch.tensor(list(table.values())).double().view(size))
    return torch.stack(tables)


def draw(*shape, seed=0):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed)).double()


@pytest.mark.parametrize('minimum', ['soft', 'smooth'])
@pytest.mark.parametrize('gamma', [0.05, 1.0])
@pytest.mark.parametrize('shape', SHAPES)
def test_equals_the_loops(shape, gamma, minimum):
    cost = 2 * draw(*shape) - 0.5
    table = accumulated_costs(cost, gamma, minimum)
    torch.testing.assert_close(table, table_by_loops(cost, gamma, minimum))


@pytest.mark.parametrize('minimum', ['soft', 'smooth'])
@pytest.mark.parametrize('shape', SHAPES)
def test_gradient_of_every_cell(shape, minimum):
    cost = draw(*shape).requires_grad_()
    assert torch.autograd.gradcheck(lambda c: accumulated_costs(c, 0.3, minimum), cost)


def test_by_hand():
    cost = torch.tensor([[[1.0, 2.0], [3.0, 4.0]]]).double()
    # Before the last cell stand 1, 1 + 2 and 1 + 3.
    soft = accumulated_costs(cost, 1.0)
    sums = math.exp(-1) + math.exp(-3) + math.exp(-4)
    assert soft[0].tolist() == [[1, 3], [4, pytest.approx(4 - math.log(sums))]]
    smooth = accumulated_costs(cost, 1.0, 'smooth')
    mean = (math.exp(-1) + 3 * math.exp(-3) + 4 * math.exp(-4)) / sums
    assert smooth[0].tolist() == [[1, 3], [4, pytest.approx(4 + mean)]]


@pytest.mark.parametrize('gamma', [1e-6, 1e-2, 1.0])
def test_the_two_enclose_the_hard_minimum(gamma):
    cost = draw(3, 7, 6)
    hard = accumulated_costs(cost, 1e-9)
    assert (accumulated_costs(cost, gamma) <= hard + 1e-12).all()
    assert (accumulated_costs(cost, gamma, 'smooth') >= hard - 1e-12).all()


@pytest.mark.parametrize('minimum', ['soft', 'smooth'])
def test_large_costs_and_little_softness_stay_finite(minimum):
    cost = (1e4 * draw(2, 30, 20)).requires_grad_()
    table = accumulated_costs(cost, 1e-3, minimum)
    (gradient,) = torch.autograd.grad(table[:, -1, -1].sum(), cost)
    assert table.isfinite().all()
    # So hard a minimum has one path, of ones.
    assert ((gradient.abs() < 1e-9) | ((gradient - 1).abs() < 1e-9)).all()
    assert gradient[:, -1, -1].tolist() == [1, 1]


def test_a_cell_depends_on_those_before_it_alone():
    cost = draw(1, 5, 6)
    cost[:, 3:], cost[:, :, 4:] = math.nan, math.nan
    for minimum in ('soft', 'smooth'):
        table = accumulated_costs(cost, 0.1, minimum)
        alone = accumulated_costs(cost[:, :3, :4], 0.1, minimum)
        assert table[:, :3, :4].equal(alone)
        assert table[:, 3:].isnan().all()


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16, torch.float32])
def test_dtype_is_kept(dtype):
    cost = draw(2, 9, 8).to(dtype).requires_grad_()
    table = accumulated_costs(cost, 0.1)
    assert table.dtype == dtype
    exact = accumulated_costs(cost.detach().double(), 0.1)
    torch.testing.assert_close(table, exact.to(dtype))
    table.sum().backward()
    assert cost.grad.dtype == dtype
    assert cost.grad.isfinite().all()


def test_a_second_derivative_is_refused():
    cost = draw(1, 3, 3).requires_grad_()
    value = accumulated_costs(cost, 0.1).square().sum()
    (gradient,) = torch.autograd.grad(value, cost, create_graph=True)
    with pytest.raises(RuntimeError, match='once_differentiable'):
        gradient.sum().backward()


@pytest.mark.parametrize(
    ('cost', 'options', 'message'),
    [
        (torch.rand(3, 3), {}, r'\(3, 3\)'),
        (torch.rand(1, 0, 3), {}, r'\(1, 0, 3\)'),
        (torch.ones(1, 2, 3).long(), {}, 'int64'),
        (torch.rand(1, 2, 3), {'gamma': 0.0}, 'got 0.0'),
        (torch.rand(1, 2, 3), {'gamma': -1.5}, 'got -1.5'),
        (torch.rand(1, 2, 3), {'gamma': math.nan}, 'got nan'),
        (torch.rand(1, 2, 3), {'minimum': 'hard'}, 'hard'),
    ],
)
def test_bad_input(cost, options, message):
    with pytest.raises(ValueError, match=message):
        accumulated_costs(cost, **{'gamma': 0.1, **options})
