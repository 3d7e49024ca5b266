import math

import numpy as np
import pytest
import torch

from carl_mm.functional.losses.n_pairs import n_pairs_loss
from tests.functional.losses.frames import twenty_steps_lower


def pairs(length=5, channels=4, dtype=torch.float64):
    generator = torch.Generator().manual_seed(0)
    return torch.randn(2, length, channels, generator=generator, dtype=dtype).unbind(0)


def oracle(anchors, positives, regularisation=0.002):
    """One anchor after the other."""
    losses = []
    for i, anchor in enumerate(anchors):
        products = [anchor @ positive for positive in positives]
        losses.append(np.log(sum(np.exp(p) for p in products)) - products[i])
    norms = np.mean([a @ a for a in anchors]) + np.mean([p @ p for p in positives])
    return np.mean(losses) + 0.25 * regularisation * norms


@pytest.mark.parametrize('regularisation', [0.002, 0.0, 1.5])
def test_equals_the_definition(regularisation):
    anchors, positives = pairs()
    value = n_pairs_loss(anchors, positives, regularisation=regularisation)
    expected = oracle(anchors.numpy(), positives.numpy(), regularisation)
    assert value.item() == pytest.approx(expected, abs=1e-12)
    default = n_pairs_loss(anchors, positives)
    assert default.item() == pytest.approx(oracle(anchors.numpy(), positives.numpy()))


def test_a_value_by_hand():
    """Products 1 on the diagonal, 0 elsewhere; all squared norms are 1."""
    value = n_pairs_loss(torch.eye(3), torch.eye(3), regularisation=0.4)
    assert value.item() == pytest.approx(math.log(1 + 2 / math.e) + 0.25 * 0.4 * 2)


def test_one_pair_is_regularised_alone():
    anchors, positives = pairs(1)
    value = n_pairs_loss(anchors, positives, regularisation=1.0)
    expected = 0.25 * (anchors.square().sum() + positives.square().sum())
    torch.testing.assert_close(value, expected)


def test_order_of_the_pairs_does_not_matter():
    anchors, positives = pairs()
    turn = torch.tensor([3, 0, 4, 1, 2])
    torch.testing.assert_close(
        n_pairs_loss(anchors, positives), n_pairs_loss(anchors[turn], positives[turn])
    )


def test_gradients():
    leaves = [tensor.clone().requires_grad_(True) for tensor in pairs()]
    assert torch.autograd.gradcheck(n_pairs_loss, leaves)


def test_twenty_steps_lower_it():
    twenty_steps_lower(n_pairs_loss, *pairs(8, 16, torch.float32))


def test_half_precision_is_summed_in_single():
    anchors, positives = pairs(dtype=torch.float32)
    with torch.autocast('cpu', torch.bfloat16):
        value = n_pairs_loss(anchors, positives)
    assert torch.equal(value, n_pairs_loss(anchors, positives))
    assert n_pairs_loss(anchors.half(), positives.half()).dtype == torch.float32


def test_of_several_videos_it_is_the_mean_over_those_with_a_pair():
    anchors, positives = torch.randn(2, 3, 6, 4).unbind()
    valid = torch.arange(6) < torch.tensor([6, 0, 2])[:, None]
    anchors[~valid] = math.nan
    expected = [
        n_pairs_loss(anchors[v][k], positives[v][k])
        for v, k in ((0, valid[0]), (2, valid[2]))
    ]
    loss = n_pairs_loss(anchors, positives, valid=valid)
    torch.testing.assert_close(loss, torch.stack(expected).mean())


def test_bad_arguments_are_named():
    anchors, positives = pairs()
    with pytest.raises(ValueError, match=r'\(5, 4\) and \(4, 4\)'):
        n_pairs_loss(anchors, positives[:4])
    with pytest.raises(ValueError, match='no valid anchor'):
        n_pairs_loss(anchors[:0], positives[:0])
    with pytest.raises(ValueError, match='no valid anchor'):
        n_pairs_loss(anchors, positives, valid=torch.zeros(5, dtype=torch.bool))
    with pytest.raises(ValueError, match=r'\(1, 1, 5, 4\)'):
        n_pairs_loss(anchors[None, None], positives[None, None])
    with pytest.raises(ValueError, match='valid must be'):
        n_pairs_loss(anchors, positives, valid=torch.ones(4, dtype=torch.bool))
    for bad in (-0.1, math.nan):
        with pytest.raises(ValueError, match=str(bad)):
            n_pairs_loss(anchors, positives, regularisation=bad)
