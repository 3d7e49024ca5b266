import itertools
import math

import numpy as np
import pytest
import torch
from torch.nn.functional import normalize

from carl_mm.functional.aligned_pairs import (
    aligned_contrastive_loss,
    expected_alignment,
)


def paths(rows, columns):
    """All monotone paths from corner to corner, as lists of cells."""

    def walk(cell):
        if cell == (rows - 1, columns - 1):
            yield [cell]
            return
        for step in ((1, 1), (1, 0), (0, 1)):
            after = (cell[0] + step[0], cell[1] + step[1])
            if after[0] < rows and after[1] < columns:
                for rest in walk(after):
                    yield [cell, *rest]

    return list(walk((0, 0)))


def alignment_by_paths(cost, gamma):
    weights, total = np.zeros(cost.shape), 0.0
    for path in paths(*cost.shape):
        weight = math.exp(-sum(cost[cell] for cell in path) / gamma)
        total += weight
        for cell in path:
            weights[cell] += weight
    return weights / total


def make_pairs(sizes, length, seed=0):
    generator = torch.Generator().manual_seed(seed)
    shape = (len(sizes), length, 4)
    a, b = (
        normalize(torch.randn(shape, generator=generator, dtype=torch.float64), dim=2)
        for _ in range(2)
    )
    place = torch.arange(length)
    valid_a, valid_b = (
        torch.stack([place < size[view] for size in sizes]) for view in range(2)
    )
    return a, b, valid_a, valid_b


def loss_by_loops(a, b, valid_a, valid_b, temperature, gamma):
    values = []
    for z_a, z_b, v_a, v_b in zip(a, b, valid_a, valid_b, strict=True):
        similarity = (z_a[v_a] @ z_b[v_b].T).numpy()
        path = alignment_by_paths(1 - similarity, gamma)
        for rows, weights in ((similarity, path), (similarity.T, path.T)):
            for row, weight in zip(rows, weights, strict=True):
                p = np.exp(row / temperature) / np.exp(row / temperature).sum()
                w = weight / weight.sum()
                values.append(sum(w * (np.log(w) - np.log(p))))
    return np.mean(values)


@pytest.mark.parametrize('gamma', [0.1, 1.0])
def test_alignment_equals_the_sum_over_all_paths(gamma):
    generator = torch.Generator().manual_seed(1)
    cost = torch.rand(2, 4, 5, generator=generator, dtype=torch.float64)
    sizes = torch.tensor([4, 3]), torch.tensor([5, 2])
    found = expected_alignment(cost, gamma, num_rows=sizes[0], num_columns=sizes[1])
    for table, whole, rows, columns in zip(found, cost, *sizes, strict=True):
        expected = alignment_by_paths(whole[:rows, :columns].numpy(), gamma)
        np.testing.assert_allclose(table[:rows, :columns], expected, atol=1e-9)
        assert table[rows:].abs().sum() == table[:, columns:].abs().sum() == 0


@pytest.mark.parametrize('seed', range(3))
def test_equals_the_loops(seed):
    views = make_pairs([(4, 4), (3, 2), (1, 4)], 4, seed)
    options = dict(temperature=0.3, gamma=0.2)
    loss = aligned_contrastive_loss(*views, **options)
    assert loss.item() == pytest.approx(loss_by_loops(*views, **options), abs=1e-9)


def test_by_hand():
    # One frame against two: both rows of b must match a, and a weighs both alike.
    a = torch.tensor([[[1.0, 0.0], [0.0, 0.0]]])
    b = torch.tensor([[[1.0, 0.0], [0.0, 1.0]]])
    valid = torch.tensor([[True, False]]), torch.tensor([[True, True]])
    loss = aligned_contrastive_loss(a, b, *valid, temperature=1.0, gamma=0.5)
    p = math.e / (math.e + 1)
    of_a = 0.5 * math.log(0.5 / p) + 0.5 * math.log(0.5 / (1 - p))
    assert loss.item() == pytest.approx(of_a / 3, abs=1e-6)


def test_padding_does_not_count():
    views = make_pairs([(3, 4), (2, 5)], 6)
    for view in range(2):
        views[view].requires_grad_()
    loss = aligned_contrastive_loss(*views)
    wanted = torch.autograd.grad(loss, views[:2])
    for garbage in (math.nan, 1e30):
        spoilt = [
            z.detach().masked_fill(~v.unsqueeze(2), garbage).requires_grad_()
            for z, v in zip(views[:2], views[2:], strict=True)
        ]
        again = aligned_contrastive_loss(*spoilt, *views[2:])
        assert again.item() == loss.item()
        for got, want in zip(torch.autograd.grad(again, spoilt), wanted, strict=True):
            torch.testing.assert_close(got, want, rtol=0, atol=0)


def test_the_alignment_has_no_gradient():
    # The gradient is that of the loss with the alignment held: by finite differences.
    views = make_pairs([(3, 3)], 3)
    options = dict(temperature=0.5, gamma=0.3)
    a = views[0].clone().requires_grad_()
    aligned_contrastive_loss(a, *views[1:], **options).backward()
    path = expected_alignment(1 - views[0] @ views[1].mT, 0.3)
    weights = path / path.sum(2, keepdim=True), path.mT / path.mT.sum(2, keepdim=True)

    def held(z):
        logits = z @ views[1].mT / 0.5
        parts = zip(weights, (logits, logits.mT), strict=True)
        return -sum((w * x.log_softmax(2)).sum() for w, x in parts) / 6

    for place in itertools.product([0], range(3), range(4)):
        step = torch.zeros_like(views[0])
        step[place] = 1e-6
        slope = (held(views[0] + step) - held(views[0] - step)) / 2e-6
        assert a.grad[place].item() == pytest.approx(slope.item(), abs=1e-7)


def test_adam_lowers_it():
    views = make_pairs([(6, 6), (5, 4)], 6)
    a = views[0].clone().requires_grad_()
    optimizer, values = torch.optim.Adam([a], lr=0.05), []
    for _ in range(20):
        optimizer.zero_grad()
        loss = aligned_contrastive_loss(normalize(a, dim=2), *views[1:])
        loss.backward()
        optimizer.step()
        values.append(loss.item())
    assert values[-1] < 0.7 * values[0]


def test_bad_input_is_named():
    views = make_pairs([(3, 3)], 3)
    with pytest.raises(ValueError, match='temperature must be positive, got 0'):
        aligned_contrastive_loss(*views, temperature=0)
    with pytest.raises(ValueError, match='a valid frame in each video'):
        aligned_contrastive_loss(*views[:3], views[3] & False)
    with pytest.raises(ValueError, match='there must be a pair'):
        aligned_contrastive_loss(*(part[:0] for part in views))
    late = torch.tensor([[False, True, True]])
    with pytest.raises(ValueError, match='padding must stand after'):
        aligned_contrastive_loss(*views[:3], late)
