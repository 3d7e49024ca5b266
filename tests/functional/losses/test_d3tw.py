import math
from itertools import combinations

import pytest
import torch
from torch.nn.functional import normalize

from carl_mm.functional.losses.d3tw import (
    discriminative_dtw_loss,
    random_order,
)


def make_videos(seed=0, batch=3, length=5, dim=4, padded=True):
    """Embedding, wrong order, validity; the padding is not all at the end."""
    generator = torch.Generator().manual_seed(seed)
    shape = (batch, length, dim)
    embedding = normalize(torch.randn(shape, generator=generator).double(), dim=2)
    valid = torch.ones(batch, length, dtype=torch.bool)
    if padded:
        for video in range(batch):
            valid[video, length - video % length :] = False
        valid[0, 1] = False
    return embedding, random_order(valid, generator), valid


def dtw_by_loops(video_a, video_b, gamma):
    table = {(-1, -1): 0.0}
    for n, a in enumerate(video_a):
        for m, b in enumerate(video_b):
            cost = sum((p - q) ** 2 for p, q in zip(a, b, strict=True))
            places = ((n - 1, m - 1), (n - 1, m), (n, m - 1))
            partition = sum(
                math.exp(-table[place] / gamma) for place in places if place in table
            )
            table[n, m] = cost - gamma * math.log(partition)
        table.pop((-1, -1), None)
    return table[len(video_a) - 1, len(video_b) - 1]


def loss_by_loops(embedding, order, valid, gamma=0.1, margin=1.0):
    frames = embedding.tolist()
    videos = [z[v].tolist() for z, v in zip(embedding, valid, strict=True)]
    losses = []
    for i, j in combinations(range(len(videos)), 2):
        wrong = [frames[j][place] for place in order[j].tolist() if valid[j, place]]
        assert sorted(wrong) == sorted(videos[j])
        mean_frames = (len(videos[i]) + len(videos[j])) / 2
        right_cost = dtw_by_loops(videos[i], videos[j], gamma) / mean_frames
        wrong_cost = dtw_by_loops(videos[i], wrong, gamma) / mean_frames
        losses.append(max(0.0, right_cost - wrong_cost + margin))
    return sum(losses) / len(losses)


@pytest.mark.parametrize('padded', [False, True])
@pytest.mark.parametrize('seed', range(3))
def test_equals_the_loops(seed, padded):
    embedding, order, valid = make_videos(seed, padded=padded)
    options = {'gamma': (0.1, 0.5, 2.0)[seed], 'margin': (1.0, 0.05, 3.0)[seed]}
    loss = discriminative_dtw_loss(embedding, order, valid=valid, **options)
    expected = loss_by_loops(embedding, order, valid, **options)
    assert loss.item() == pytest.approx(expected, abs=1e-9)
    defaults = discriminative_dtw_loss(embedding, order, valid=valid)
    expected = loss_by_loops(embedding, order, valid)
    assert defaults.item() == pytest.approx(expected, abs=1e-9)


def test_by_hand():
    embedding = torch.eye(2).repeat(2, 1, 1)  # frames (1, 0) and (0, 1), twice
    order = torch.tensor([[0, 1], [1, 0]])
    loss = discriminative_dtw_loss(embedding, order, gamma=1.0, margin=2.0)
    # In order the three paths cost 0, 2 and 2; out of order each costs 4.
    right = -math.log(1 + 2 * math.exp(-2))
    wrong = -math.log(3 * math.exp(-4))
    assert loss.item() == pytest.approx(max(0, (right - wrong) / 2 + 2))
    # With a margin that is kept nothing is left to learn.
    kept = discriminative_dtw_loss(embedding, order, gamma=1.0, margin=0.5)
    assert kept.item() == 0


def test_in_the_right_order_the_margin_is_left():
    embedding, order, valid = make_videos(1)
    right = torch.arange(5).repeat(3, 1)
    loss = discriminative_dtw_loss(embedding, right, valid=valid, margin=0.7)
    assert loss.item() == pytest.approx(0.7)


def test_collapsed_videos_are_no_solution():
    _, order, valid = make_videos(1)
    same = torch.ones(3, 5, 4).double().requires_grad_()
    assert discriminative_dtw_loss(same, order, valid=valid).item() == pytest.approx(1)


def test_only_videos_of_one_group_are_paired():
    embedding, order, _ = make_videos(1, batch=4, padded=False)
    loss = discriminative_dtw_loss(embedding, order, groups=torch.tensor([3, 5, 3, 5]))
    parts = [discriminative_dtw_loss(embedding[g], order[g]) for g in ([0, 2], [1, 3])]
    assert loss.item() == pytest.approx(sum(parts).item() / 2)


def value_and_gradient(embedding, order, valid):
    embedding = embedding.clone().requires_grad_()
    loss = discriminative_dtw_loss(embedding, order, valid=valid)
    loss.backward()
    return loss.detach(), embedding.grad


@pytest.mark.parametrize('garbage', [math.nan, math.inf, 1e30, -7.0])
def test_invalid_frames_may_hold_anything(garbage):
    embedding, order, valid = make_videos(2, batch=4)
    valid[3] = False  # a video without frames
    expected = value_and_gradient(embedding, order, valid)
    without = value_and_gradient(embedding[:3], order[:3], valid[:3])
    torch.testing.assert_close(expected[0], without[0])
    embedding = embedding.masked_fill(~valid.unsqueeze(2), garbage)
    actual = value_and_gradient(embedding, order, valid)
    torch.testing.assert_close(actual, expected, rtol=0, atol=1e-12)
    assert not actual[1][~valid].any()
    assert actual[1][valid].any()


def test_more_padding_changes_nothing():
    embedding, order, valid = make_videos(3)
    longer = torch.cat([embedding, torch.full((3, 2, 4), math.nan).double()], 1)
    # The padding comes first in the wrong order.
    more_order = torch.cat([torch.tensor([[5, 6]] * 3), order], 1)
    more_valid = torch.cat([valid, torch.zeros(3, 2, dtype=torch.bool)], 1)
    loss = discriminative_dtw_loss(longer, more_order, valid=more_valid)
    expected = discriminative_dtw_loss(embedding, order, valid=valid)
    assert loss.item() == pytest.approx(expected.item(), abs=1e-12)


def test_videos_of_one_frame_leave_the_margin():
    embedding, order, _ = make_videos(0, batch=2, length=1, padded=False)
    loss = discriminative_dtw_loss(embedding, order, margin=0.3)
    assert loss.item() == pytest.approx(0.3)


def test_nan_of_a_valid_frame_is_not_hidden():
    embedding, order, _ = make_videos(0, padded=False)
    embedding[1, 2, 0] = math.nan
    assert discriminative_dtw_loss(embedding, order).isnan()


def test_gradient():
    embedding, order, valid = make_videos(3, batch=3, length=3, dim=2)

    def loss(z):
        return discriminative_dtw_loss(z, order, valid=valid, gamma=0.5)

    assert torch.autograd.gradcheck(loss, embedding.requires_grad_())


def test_random_orders_are_permutations_and_differ():
    valid = torch.ones(50, 8, dtype=torch.bool)
    generator = torch.Generator().manual_seed(0)
    order = random_order(valid, generator)
    assert order.sort(dim=1).values.equal(torch.arange(8).repeat(50, 1))
    # Each frame comes to each place.
    assert torch.nn.functional.one_hot(order).sum(dim=0).min() > 0
    assert not order.equal(random_order(valid, generator))
    torch.manual_seed(3)
    first = random_order(valid)
    torch.manual_seed(3)
    assert first.equal(random_order(valid))


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'gamma': 0.0}, 'gamma'),
        ({'margin': 0.0}, '0.0'),
        ({'negative_order': torch.zeros(3, 5).long()}, r'0 \.\.\. T - 1 once'),
        ({'negative_order': torch.arange(4).repeat(3, 1)}, r'\(3, 4\)'),
        ({'groups': torch.tensor([0, 1, 2])}, r'at least 2 of one action'),
        ({'valid': torch.ones(3, 5)}, 'float32'),
        ({'embedding': torch.rand(3, 5)}, r'\(3, 5\)'),
    ],
)
def test_bad_input(change, message):
    names = ('embedding', 'negative_order', 'valid')
    given = dict(zip(names, make_videos(), strict=True))
    with pytest.raises(ValueError, match=message):
        discriminative_dtw_loss(**{**given, **change})


def test_one_video():
    embedding, order, _ = make_videos(batch=1, padded=False)
    with pytest.raises(ValueError, match='D3TW aligns pairs of videos'):
        discriminative_dtw_loss(embedding, order)
