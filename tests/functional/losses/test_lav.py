import math
from itertools import combinations

import pytest
import torch
from torch.nn.functional import normalize

from carl_mm.functional.losses.lav import (
    alignment_in_time_loss,
    contrastive_idm,
)
from carl_mm.functional.warping.soft_dtw import soft_dtw


def make_videos(seed=0, batch=3, length=5, dim=4, padded=True):
    """Embedding, frame numbers, lengths, validity; the last is not all at the end."""
    generator = torch.Generator().manual_seed(seed)
    shape = (batch, length, dim)
    embedding = normalize(torch.randn(shape, generator=generator).double(), dim=2)
    draws = [torch.randperm(40, generator=generator)[:length] for _ in range(batch)]
    inds = torch.stack(draws).sort(dim=1).values
    valid = torch.ones(batch, length, dtype=torch.bool)
    if padded:
        for video in range(batch):
            valid[video, length - video % length :] = False
        valid[0, 1] = False
    return embedding, inds, 40 + torch.arange(batch), valid


def distance(a, b):
    return sum((p - q) ** 2 for p, q in zip(a, b, strict=True))


def dtw_by_loops(video_a, video_b, gamma):
    table = {(-1, -1): 0.0}
    for n, a in enumerate(video_a):
        for m, b in enumerate(video_b):
            places = ((n - 1, m - 1), (n - 1, m), (n, m - 1))
            partition = sum(
                math.exp(-table[place] / gamma) for place in places if place in table
            )
            table[n, m] = distance(a, b) - gamma * math.log(partition)
        table.pop((-1, -1), None)
    return table[len(video_a) - 1, len(video_b) - 1]


def idm_by_loops(video, inds, length, window=10.0, margin=2.0):
    total = 0.0
    for a, s in zip(video, inds, strict=True):
        for b, t in zip(video, inds, strict=True):
            if abs(s - t) <= window:
                total += distance(a, b)
            else:
                weight = ((s - t) / length) ** 2 + 1
                total += weight * max(0.0, margin - distance(a, b))
    return total


def loss_by_loops(
    embedding,
    inds,
    lengths,
    valid,
    gamma=0.1,
    regularisation=0.5,
    divergence=False,
    **idm,
):
    videos = [z[v].tolist() for z, v in zip(embedding, valid, strict=True)]
    places = [s[v].tolist() for s, v in zip(inds, valid, strict=True)]
    losses = []
    for i, j in combinations(range(len(videos)), 2):
        loss = dtw_by_loops(videos[i], videos[j], gamma)
        if divergence:
            loss -= dtw_by_loops(videos[i], videos[i], gamma) / 2
            loss -= dtw_by_loops(videos[j], videos[j], gamma) / 2
        for k in (i, j):
            apart = idm_by_loops(videos[k], places[k], float(lengths[k]), **idm)
            loss += regularisation * apart
        losses.append(loss / ((len(videos[i]) + len(videos[j])) / 2))
    return sum(losses) / len(losses)


@pytest.mark.parametrize('divergence', [False, True])
@pytest.mark.parametrize('padded', [False, True])
@pytest.mark.parametrize('seed', range(3))
def test_equals_the_loops(seed, padded, divergence):
    *videos, valid = make_videos(seed, padded=padded)
    options = {
        'gamma': (0.1, 0.5, 2.0)[seed],
        'regularisation': (0.5, 1.0, 0.0)[seed],
        'window': (10.0, 3.0, 0.0)[seed],
        'margin': (2.0, 1.0, 4.0)[seed],
        'divergence': divergence,
    }
    loss = alignment_in_time_loss(*videos, valid=valid, **options)
    expected = loss_by_loops(*videos, valid, **options)
    assert loss.item() == pytest.approx(expected, abs=1e-9)


def test_published_settings_are_the_default():
    *videos, valid = make_videos(4)
    loss = alignment_in_time_loss(*videos, valid=valid)
    assert loss.item() == pytest.approx(loss_by_loops(*videos, valid), abs=1e-9)


def test_by_hand():
    # Two videos of frames (1, 0) and (0, 1), 20 frames apart of 40.
    embedding = torch.eye(2).repeat(2, 1, 1)
    inds, lengths = torch.tensor([[0, 20]] * 2), torch.tensor([40, 40])
    loss = alignment_in_time_loss(embedding, inds, lengths, gamma=1.0, margin=3.0)
    # Paths cost 0, 2, 2; each order of the two frames lacks 3 - 2, times 1 + 1 / 4.
    dtw = -math.log(1 + 2 * math.exp(-2))
    assert loss.item() == pytest.approx((dtw + 0.5 * (2.5 + 2.5)) / 2)
    near = contrastive_idm(
        embedding, inds, lengths, torch.ones(2, 2, dtype=torch.bool), window=20
    )
    assert near.tolist() == [4, 4]


def test_only_videos_of_one_group_are_paired():
    embedding, inds, lengths, _ = make_videos(1, batch=4, padded=False)
    groups = torch.tensor([3, 5, 3, 5])
    loss = alignment_in_time_loss(embedding, inds, lengths, groups=groups)
    parts = [
        alignment_in_time_loss(embedding[g], inds[g], lengths[g])
        for g in ([0, 2], [1, 3])
    ]
    assert loss.item() == pytest.approx(sum(parts).item() / 2)


def value_and_gradient(embedding, inds, lengths, valid, **options):
    embedding = embedding.clone().requires_grad_()
    loss = alignment_in_time_loss(embedding, inds, lengths, valid=valid, **options)
    loss.backward()
    return loss.detach(), embedding.grad


@pytest.mark.parametrize('divergence', [False, True])
@pytest.mark.parametrize('garbage', [math.nan, math.inf, 1e30, -7.0])
def test_invalid_frames_may_hold_anything(garbage, divergence):
    embedding, inds, lengths, valid = make_videos(2, batch=4)
    valid[3] = False  # a video without frames
    options = {'divergence': divergence}
    expected = value_and_gradient(embedding, inds, lengths, valid, **options)
    without = value_and_gradient(
        embedding[:3], inds[:3], lengths[:3], valid[:3], **options
    )
    torch.testing.assert_close(expected[0], without[0])
    embedding = embedding.masked_fill(~valid.unsqueeze(2), garbage)
    inds = inds.double().masked_fill(~valid, garbage)
    actual = value_and_gradient(embedding, inds, lengths, valid, **options)
    torch.testing.assert_close(actual, expected, rtol=0, atol=1e-12)
    assert not actual[1][~valid].any()


def test_more_padding_changes_nothing():
    embedding, inds, lengths, valid = make_videos(3)
    pad = torch.full((3, 2, 4), math.nan).double()
    longer = torch.cat([embedding, pad], 1)
    more_inds = torch.cat([inds, inds[:, -1:].repeat(1, 2)], 1)
    more_valid = torch.cat([valid, torch.zeros(3, 2, dtype=torch.bool)], 1)
    loss = alignment_in_time_loss(longer, more_inds, lengths, valid=more_valid)
    expected = alignment_in_time_loss(embedding, inds, lengths, valid=valid)
    assert loss.item() == pytest.approx(expected.item(), abs=1e-12)


def test_videos_of_one_frame():
    embedding, inds, lengths, _ = make_videos(0, batch=2, length=1, padded=False)
    loss = alignment_in_time_loss(embedding, inds, lengths)
    a, b = embedding[:, 0].tolist()
    assert loss.item() == pytest.approx(distance(a, b))


def test_nan_of_a_valid_frame_is_not_hidden():
    embedding, inds, lengths, _ = make_videos(0, padded=False)
    embedding[1, 2, 0] = math.nan
    assert alignment_in_time_loss(embedding, inds, lengths).isnan()


@pytest.mark.parametrize('divergence', [False, True])
def test_gradient(divergence):
    embedding, inds, lengths, valid = make_videos(3, batch=3, length=3, dim=2)

    def loss(z):
        return alignment_in_time_loss(
            z, inds, lengths, valid=valid, divergence=divergence
        )

    assert torch.autograd.gradcheck(loss, embedding.requires_grad_())


def test_the_divergence_of_a_video_from_itself_is_nothing():
    embedding, inds, lengths, _ = make_videos(0, batch=1, padded=False)
    twice = embedding.repeat(2, 1, 1), inds.repeat(2, 1), lengths.repeat(2)
    options = {'regularisation': 0.0, 'divergence': True}
    assert abs(alignment_in_time_loss(*twice, **options).item()) < 1e-12
    plain = alignment_in_time_loss(*twice, regularisation=0.0).item()
    own = soft_dtw(torch.cdist(embedding, embedding).square(), 0.1)
    assert plain == pytest.approx(own.item() / 5)


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_half_precision_is_widened(dtype):
    embedding, inds, lengths, valid = make_videos(0)
    half = embedding.to(dtype)
    loss = alignment_in_time_loss(half, inds + 5001, lengths, valid=valid)
    exact = alignment_in_time_loss(half.double(), inds, lengths, valid=valid)
    assert loss.dtype == torch.float32
    assert loss.item() == pytest.approx(exact.item(), rel=1e-5)


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'gamma': 0.0}, 'gamma'),
        ({'regularisation': -1.0}, '-1.0'),
        ({'window': -2.0}, '-2.0'),
        ({'margin': 0.0}, '0.0'),
        ({'groups': torch.tensor([0, 1, 2])}, r'at least 2 of one action'),
        ({'frame_inds': torch.zeros(3, 4)}, r'frame_inds .*\(3, 4\)'),
        ({'video_lengths': torch.tensor([4, 0, 3])}, r'\[4, 0, 3\]'),
        ({'video_lengths': torch.tensor([4])}, r'\[4\]'),
        ({'valid': torch.ones(3, 5)}, 'float32'),
        ({'embedding': torch.rand(3, 5)}, r'\(3, 5\)'),
    ],
)
def test_bad_input(change, message):
    names = ('embedding', 'frame_inds', 'video_lengths', 'valid')
    given = dict(zip(names, make_videos(), strict=True))
    with pytest.raises(ValueError, match=message):
        alignment_in_time_loss(**{**given, **change})


def test_one_video():
    embedding, inds, lengths, _ = make_videos(batch=1, padded=False)
    with pytest.raises(ValueError, match='LAV aligns pairs of videos'):
        alignment_in_time_loss(embedding, inds, lengths)


def test_the_idm_alone_is_in_full_precision_under_autocast():
    arguments = [t.float() if t.is_floating_point() else t for t in make_videos()]
    expected = contrastive_idm(*arguments)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        assert torch.equal(contrastive_idm(*arguments), expected)
