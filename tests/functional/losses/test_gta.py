import math
from itertools import combinations

import pytest
import torch
from torch.nn.functional import normalize

from carl_mm.functional.losses.gta import global_alignment_loss


def make_videos(seed=0, batch=3, length=5, dim=4, padded=True):
    """Embedding and validity; the padding is not all at the end."""
    generator = torch.Generator().manual_seed(seed)
    shape = (batch, length, dim)
    embedding = normalize(torch.randn(shape, generator=generator).double(), dim=2)
    valid = torch.ones(batch, length, dtype=torch.bool)
    if padded:
        for video in range(batch):
            valid[video, length - video % length :] = False
        valid[0, 1] = False
    return embedding, valid


def dot(a, b):
    return sum(p * q for p, q in zip(a, b, strict=True))


def softmax(values):
    exps = [math.exp(value - max(values)) for value in values]
    return [e / sum(exps) for e in exps]


def smooth_dtw_by_loops(video_a, video_b, gamma, temperature):
    """Table R, a cell after the other; contrastive costs over the frames of a."""
    table = {}
    for m, b in enumerate(video_b):
        p = softmax([dot(a, b) / temperature for a in video_a])
        for n in range(len(video_a)):
            table[n, m] = -math.log(p[n])
    for n in range(len(video_a)):
        for m in range(len(video_b)):
            places = ((n - 1, m - 1), (n - 1, m), (n, m - 1))
            before = [table[place] for place in places if place in table]
            if before:
                weights = softmax([-r / gamma for r in before])
                table[n, m] += dot(weights, before)
    return table


def matches_by_loops(table, rows, columns):
    """For each column, the probabilities of the rows."""
    return [softmax([-table[n, m] for n in range(rows)]) for m in range(columns)]


def pair_by_loops(a, b, gamma, temperature, alignment_weight, cycle_weight, smoothing):
    n, m = len(a), len(b)
    there = smooth_dtw_by_loops(a, b, gamma, temperature)
    back = smooth_dtw_by_loops(b, a, gamma, temperature)
    of_b, of_a = matches_by_loops(there, n, m), matches_by_loops(back, m, n)
    cycle = 0.0
    for start in range(n):
        arrived = [
            sum(of_a[start][via] * of_b[via][end] for via in range(m))
            for end in range(n)
        ]
        assert sum(arrived) == pytest.approx(1)
        # As published: the probabilities are taken for logits.
        p = softmax(arrived)
        for end in range(n):
            target = smoothing / n + (1 - smoothing) * (start == end)
            cycle -= target * math.log(p[end]) / n
    aligned = there[n - 1, m - 1] + back[m - 1, n - 1]
    return alignment_weight * aligned + cycle_weight * cycle


def loss_by_loops(
    embedding,
    valid,
    gamma=0.1,
    temperature=0.1,
    alignment_weight=0.1,
    cycle_weight=1.0,
    label_smoothing=0.1,
):
    options = gamma, temperature, alignment_weight, cycle_weight, label_smoothing
    videos = [z[v].tolist() for z, v in zip(embedding, valid, strict=True)]
    losses = [pair_by_loops(a, b, *options) for a, b in combinations(videos, 2)]
    return sum(losses) / len(losses)


@pytest.mark.parametrize('padded', [False, True])
@pytest.mark.parametrize('seed', range(3))
def test_equals_the_loops(seed, padded):
    embedding, valid = make_videos(seed, padded=padded)
    options = {
        'gamma': (0.1, 0.5, 2.0)[seed],
        'temperature': (0.1, 1.0, 0.3)[seed],
        'alignment_weight': (0.1, 1.0, 0.0)[seed],
        'cycle_weight': (1.0, 0.0, 2.5)[seed],
        'label_smoothing': (0.1, 0.2, 0.0)[seed],
    }
    loss = global_alignment_loss(embedding, valid=valid, **options)
    assert loss.item() == pytest.approx(loss_by_loops(embedding, valid, **options))


def test_published_settings_are_the_default():
    embedding, valid = make_videos(4)
    loss = global_alignment_loss(embedding, valid=valid)
    assert loss.item() == pytest.approx(loss_by_loops(embedding, valid))


def test_by_hand():
    # All frames alike: every cost is log 2, every way back as likely.
    loss = global_alignment_loss(
        torch.ones(2, 2, 1), alignment_weight=0.5, cycle_weight=0.0
    )
    # First row and column: R = 1, 2, 2 of log 2; before the last cell as many.
    weights = [math.exp(-math.log(2) * r / 0.1) for r in (1, 2, 2)]
    mean = (weights[0] + 2 * weights[1] + 2 * weights[2]) / sum(weights)
    assert loss.item() == pytest.approx((1 + mean) * math.log(2))


def test_without_alignment_the_cycle_has_its_bounds():
    embedding, _ = make_videos(0, length=6, padded=False)
    loss = global_alignment_loss(embedding, alignment_weight=0.0, label_smoothing=0.0)
    # One softmax more over probabilities: between a sure hit and a sure miss.
    sure = math.log(math.e + 5)
    assert sure - 1 <= loss.item() <= sure


def test_a_video_aligns_with_itself_and_not_with_itself_reversed():
    ordered = torch.eye(6).unsqueeze(0)
    same = global_alignment_loss(ordered.repeat(2, 1, 1))
    reverse = global_alignment_loss(torch.cat([ordered, ordered.flip(1)]))
    assert same < 2 < 5 < reverse


def test_only_videos_of_one_group_are_paired():
    embedding, _ = make_videos(1, batch=4, padded=False)
    loss = global_alignment_loss(embedding, groups=torch.tensor([3, 5, 3, 5]))
    parts = [global_alignment_loss(embedding[g]) for g in ([0, 2], [1, 3])]
    assert loss.item() == pytest.approx(sum(parts).item() / 2)


def value_and_gradient(embedding, valid):
    embedding = embedding.clone().requires_grad_()
    loss = global_alignment_loss(embedding, valid=valid)
    loss.backward()
    return loss.detach(), embedding.grad


@pytest.mark.parametrize('garbage', [math.nan, math.inf, 1e30, -7.0])
def test_invalid_frames_may_hold_anything(garbage):
    embedding, valid = make_videos(2, batch=4)
    valid[3] = False  # a video without frames
    expected = value_and_gradient(embedding, valid)
    torch.testing.assert_close(
        expected[0], value_and_gradient(embedding[:3], valid[:3])[0]
    )
    embedding = embedding.masked_fill(~valid.unsqueeze(2), garbage)
    actual = value_and_gradient(embedding, valid)
    torch.testing.assert_close(actual, expected, rtol=0, atol=1e-12)
    assert not actual[1][~valid].any()


def test_more_padding_changes_nothing():
    embedding, valid = make_videos(3)
    longer = torch.cat([embedding, torch.full((3, 2, 4), math.nan).double()], 1)
    more_valid = torch.cat([valid, torch.zeros(3, 2, dtype=torch.bool)], 1)
    loss = global_alignment_loss(longer, valid=more_valid)
    expected = global_alignment_loss(embedding, valid=valid)
    assert loss.item() == pytest.approx(expected.item(), abs=1e-12)


def test_videos_of_one_frame_have_nothing_to_learn():
    embedding, _ = make_videos(0, batch=2, length=1, padded=False)
    assert global_alignment_loss(embedding).item() == 0
    # Beside a longer one: each of its frames is matched with the only one, at no cost.
    embedding, valid = make_videos(0, batch=2, length=3, padded=False)
    valid[0, 1:] = False
    loss = global_alignment_loss(embedding, valid=valid)
    assert loss.item() == pytest.approx(loss_by_loops(embedding, valid))


def test_nan_of_a_valid_frame_is_not_hidden():
    embedding, _ = make_videos(0, padded=False)
    embedding[1, 2, 0] = math.nan
    assert global_alignment_loss(embedding).isnan()


def test_gradient():
    embedding, valid = make_videos(3, batch=3, length=3, dim=2)

    def loss(z):
        return global_alignment_loss(z, valid=valid, temperature=0.5, gamma=0.3)

    assert torch.autograd.gradcheck(loss, embedding.requires_grad_())


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_half_precision_is_widened(dtype):
    embedding, valid = make_videos(0)
    half = embedding.to(dtype)
    loss = global_alignment_loss(half, valid=valid)
    assert loss.dtype == torch.float32
    exact = global_alignment_loss(half.double(), valid=valid)
    assert loss.item() == pytest.approx(exact.item(), rel=1e-5)


def test_large_embeddings_stay_finite():
    embedding, valid = make_videos(0)
    value, gradient = value_and_gradient(100 * embedding.float(), valid)
    assert value.isfinite() and gradient.isfinite().all()


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'gamma': 0.0}, 'gamma'),
        ({'temperature': 0.0}, '0.0'),
        ({'label_smoothing': 1.0}, '1.0'),
        ({'alignment_weight': -0.1}, '-0.1'),
        ({'cycle_weight': -2.0}, '-2.0'),
        ({'groups': torch.tensor([0, 1, 2])}, r'at least 2 of one action'),
        ({'valid': torch.ones(3, 5)}, 'float32'),
        ({'embedding': torch.rand(3, 5)}, r'\(3, 5\)'),
    ],
)
def test_bad_input(change, message):
    given = dict(zip(('embedding', 'valid'), make_videos(), strict=True))
    with pytest.raises(ValueError, match=message):
        global_alignment_loss(**{**given, **change})


def test_one_video():
    with pytest.raises(ValueError, match='GTA aligns pairs of videos'):
        global_alignment_loss(torch.rand(1, 5, 3))
