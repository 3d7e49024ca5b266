import math

import numpy as np
import pytest
import torch

from carl_mm.functional.losses.shuffle_and_learn import (
    draw_triplets,
    shuffle_and_learn_loss,
)
from tests.functional.losses.frames import padding_changes_nothing, twenty_steps_lower


def valid_of(*lengths, total=12):
    return torch.arange(total) < torch.tensor(lengths)[:, None]


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize('share', [0.0, 0.75, 1.0])
def test_the_middle_tells_the_order(share):
    valid = valid_of(12, 5, 8)
    triplets, shuffled = draw_triplets(
        valid, 40, shuffled_share=share, generator=seeded()
    )
    assert triplets.shape == (3, 40, 3)
    assert shuffled.shape == (3, 40)
    assert shuffled.sum() == int(share * 120)
    first, middle, last = triplets.unbind(2)
    between = (middle > torch.minimum(first, last)) & (
        middle < torch.maximum(first, last)
    )
    assert torch.equal(between, ~shuffled)
    for video, length in enumerate((12, 5, 8)):
        assert triplets[video].max() < length, 'padding was drawn'
    assert all(len(set(t)) == 3 for t in triplets.flatten(0, 1).tolist())


def test_both_directions_and_both_sides_are_drawn():
    triplets, shuffled = draw_triplets(valid_of(12), 4000, generator=seeded())
    first, middle, last = triplets[0].T
    assert (first < last).float().mean().item() == pytest.approx(0.5, abs=0.04)
    outside = middle[shuffled[0]] > torch.maximum(first, last)[shuffled[0]]
    assert outside.float().mean().item() == pytest.approx(0.5, abs=0.04)


def test_five_frames_leave_one_choice():
    """b, c, d are then 1, 2, 3, and what lies outside 0 or 4."""
    triplets, shuffled = draw_triplets(valid_of(5), 64, generator=seeded())
    drawn = {
        (tuple(t), s)
        for t, s in zip(triplets[0].tolist(), shuffled[0].tolist(), strict=True)
    }
    ways = {((1, 2, 3), False), ((1, 0, 3), True), ((1, 4, 3), True)}
    assert drawn == ways | {(t[::-1], s) for t, s in ways}


def test_a_generator_repeats_the_draw():
    first, again, other = (
        draw_triplets(valid_of(12, 9), 8, generator=seeded(s)) for s in (1, 1, 2)
    )
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first[0], other[0])


def batch(dtype=torch.float64):
    torch.manual_seed(0)
    valid = valid_of(12, 7)
    embeddings = torch.randn(2, 12, 4, dtype=dtype)
    classify = torch.nn.Linear(12, 2).to(dtype)
    return embeddings, valid, *draw_triplets(valid, 6, generator=seeded()), classify


def test_equals_the_definition():
    embeddings, valid, triplets, shuffled, classify = batch()
    losses = []
    weight, bias = (p.detach().numpy() for p in classify.parameters())
    for z, rows, out_of_order in zip(
        embeddings.numpy(), triplets.tolist(), shuffled.tolist(), strict=True
    ):
        for (i, j, k), label in zip(rows, out_of_order, strict=True):
            scores = weight @ np.concatenate([z[i], z[j], z[k]]) + bias
            losses.append(np.log(np.exp(scores).sum()) - scores[int(label)])
    value = shuffle_and_learn_loss(embeddings, valid, triplets, shuffled, classify)
    assert value.item() == pytest.approx(np.mean(losses), abs=1e-12)


def test_a_classifier_that_knows_nothing_loses_log_2():
    embeddings, valid, triplets, shuffled, _ = batch()
    value = shuffle_and_learn_loss(
        embeddings, valid, triplets, shuffled, lambda rows: rows[:, :2] * 0
    )
    assert value.item() == pytest.approx(math.log(2))


def test_gradients():
    embeddings, valid, triplets, shuffled, classify = batch()

    def loss(z):
        return shuffle_and_learn_loss(z, valid, triplets, shuffled, classify)

    assert torch.autograd.gradcheck(loss, embeddings.requires_grad_(True))


def test_padding_never_counts():
    embeddings, valid, triplets, shuffled, classify = batch(torch.float32)

    def loss(z):
        return shuffle_and_learn_loss(z, valid, triplets, shuffled, classify)

    padding_changes_nothing(loss, embeddings, valid)


def test_twenty_steps_lower_it():
    embeddings, valid, triplets, shuffled, classify = batch(torch.float32)
    classify.requires_grad_(False)

    def loss(z):
        return shuffle_and_learn_loss(z, valid, triplets, shuffled, classify)

    twenty_steps_lower(loss, embeddings, rate=0.2)


@pytest.mark.parametrize(('share', 'shuffled'), [(0.5, 9), (0.75, 13), (1, 18)])
def test_videos_too_short_count_neither_as_drawn_nor_as_in_order(share, shuffled):
    embeddings, _, _, _, classify = batch()
    valid = valid_of(12, 4, 5, 0, 8)
    triplets, out_of_order = draw_triplets(valid, 6, shuffled_share=share)
    long = torch.tensor([0, 2, 4])
    assert out_of_order.sum() == out_of_order[long].sum() == shuffled
    videos = torch.randn(5, 12, embeddings.shape[2], dtype=embeddings.dtype)
    videos[1], videos[3] = math.nan, math.inf
    found = shuffle_and_learn_loss(videos, valid, triplets, out_of_order, classify)
    drawn = triplets[long], out_of_order[long]
    expected = shuffle_and_learn_loss(videos[long], valid[long], *drawn, classify)
    torch.testing.assert_close(found, expected)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match=r'5 valid frames.*\[4, 3\]'):
        draw_triplets(valid_of(4, 3), 3)
    with pytest.raises(ValueError, match='got 0 and'):
        draw_triplets(valid_of(12), 0)
    with pytest.raises(ValueError, match=r'and 1\.5'):
        draw_triplets(valid_of(12), 3, shuffled_share=1.5)
    embeddings, valid, triplets, shuffled, classify = batch()
    with pytest.raises(ValueError, match=r'\(2, 6, 3\) and \(2, 5\)'):
        shuffle_and_learn_loss(embeddings, valid, triplets, shuffled[:, :5], classify)
    with pytest.raises(ValueError, match='valid must be bool'):
        shuffle_and_learn_loss(embeddings, valid.int(), triplets, shuffled, classify)
