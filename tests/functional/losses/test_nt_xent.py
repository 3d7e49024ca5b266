import math

import numpy as np
import pytest
import torch
from torch.nn.functional import normalize

from carl_mm.functional import nt_xent_loss


def views(num_videos=5, dim=4, seed=0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    shape = (2, num_videos, dim)
    return normalize(torch.randn(shape, generator=generator, dtype=dtype), dim=2)


def loss_by_numpy(a, b, temperature):
    """Both directions summed, from SimCLR's definition: 2N clips, one loop each."""
    a, b = np.asarray(a), np.asarray(b)
    total = 0.0
    for own, other in ((a, b), (b, a)):
        for i in range(len(own)):
            positive = np.exp(np.dot(own[i], other[i]) / temperature)
            negatives = 0.0
            for k in range(len(own)):
                if k != i:
                    negatives += np.exp(np.dot(own[i], other[k]) / temperature)
                    negatives += np.exp(np.dot(own[i], own[k]) / temperature)
            total -= np.log(positive / (positive + negatives)) / len(own)
    return total


@pytest.mark.parametrize('temperature', [0.1, 0.5, 2.0])
@pytest.mark.parametrize('num_videos', [2, 3, 9])
def test_equals_numpy(num_videos, temperature):
    a, b = views(num_videos, seed=num_videos)
    loss = nt_xent_loss(a, b, temperature=temperature)
    assert loss.shape == ()
    assert loss.item() == pytest.approx(loss_by_numpy(a, b, temperature), abs=1e-9)
    # And from float32, as it is used.
    single = nt_xent_loss(a.float(), b.float(), temperature=temperature)
    assert single.item() == pytest.approx(loss.item(), rel=1e-6, abs=1e-6)


def test_by_hand():
    # Two videos, orthogonal, both clips alike: exp(log 4) = 4 against 1 + 1.
    eye = torch.eye(2, dtype=torch.float64)
    loss = nt_xent_loss(eye, eye, temperature=1 / math.log(4))
    assert loss.item() == pytest.approx(2 * math.log(6 / 4))
    # All clips alike: the positive and 2 (N - 1) negatives are equally likely.
    same = torch.ones(7, 1, dtype=torch.float64)
    assert nt_xent_loss(same, same).item() == pytest.approx(2 * math.log(13))


def test_the_default_temperature_is_the_papers():
    a, b = views()
    assert nt_xent_loss(a, b).item() == pytest.approx(loss_by_numpy(a, b, 0.1))


def test_exchanging_views_or_videos_changes_nothing():
    a, b = views()
    loss = nt_xent_loss(a, b).item()
    assert nt_xent_loss(b, a).item() == pytest.approx(loss, abs=1e-12)
    order = torch.tensor([3, 1, 4, 0, 2])
    assert nt_xent_loss(a[order], b[order]).item() == pytest.approx(loss, abs=1e-12)
    assert abs(nt_xent_loss(a[order], b).item() - loss) > 0.1  # but not one alone


@pytest.mark.parametrize('sizes', [(2, 3), (1, 4), (1, 1, 3)])
def test_shares_of_the_batch_sum_to_it(sizes):
    """Queries of a process among everyone's candidates, weighted by their number."""
    a, b = views()
    whole, first, total = nt_xent_loss(a, b), 0, 0.0
    for size in sizes:
        rows = slice(first, first + size)
        part = nt_xent_loss(a[rows], b[rows], a, b, first=first)
        total += part.item() * size / 5
        first += size
    assert total == pytest.approx(whole.item(), abs=1e-12)


def test_gradcheck():
    a, b = (z.clone().requires_grad_() for z in views(3))

    def local(a, b):
        return nt_xent_loss(a, b, temperature=0.5)

    def gathered(a, b):
        return nt_xent_loss(a[1:], b[1:], a, b, first=1, temperature=0.5)

    assert torch.autograd.gradcheck(local, (a, b))
    assert torch.autograd.gradcheck(gathered, (a, b))


def test_a_clip_is_not_its_own_negative():
    a, b = views()
    long = a * 100  # its product with itself would drown everything
    loss = nt_xent_loss(long, b)
    assert loss.item() == pytest.approx(loss_by_loops_without_itself(long, b), rel=1e-9)


def loss_by_loops_without_itself(a, b, temperature=0.1):
    clips = torch.cat([a, b])
    similarity = clips @ clips.T / temperature
    count, losses = len(a), []
    for i in range(2 * count):
        others = [k for k in range(2 * count) if k != i]
        losses.append(
            torch.logsumexp(similarity[i, others], 0)
            - similarity[i, (i + count) % (2 * count)]
        )
    return (torch.stack(losses).sum() / count).item()


def test_nan_of_a_clip_is_not_hidden():
    a, b = views()
    a[2, 1] = math.nan
    assert nt_xent_loss(a, b).isnan()


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float32])
def test_dtype_is_kept_and_autocast_left_aside(dtype):
    a, b = views(dtype=torch.float32)
    expected = loss_by_numpy(a.to(dtype).double(), b.to(dtype).double(), 0.1)
    with torch.autocast('cpu', torch.bfloat16):
        loss = nt_xent_loss(a.to(dtype), b.to(dtype))
    assert loss.dtype == dtype
    precision = 1e-5 if dtype == torch.float32 else 1e-2
    assert loss.item() == pytest.approx(expected, rel=precision)


def test_twenty_steps_lower_it_and_match_the_clips():
    a, b = (z.clone().requires_grad_() for z in views(6, 8, dtype=torch.float32))
    adam = torch.optim.Adam([a, b], lr=0.1)
    losses = []
    for _ in range(20):
        loss = nt_xent_loss(normalize(a, dim=1), normalize(b, dim=1))
        adam.zero_grad()
        loss.backward()
        adam.step()
        losses.append(loss.item())
    assert losses[-1] < 0.1 * losses[0]
    assert ((a @ b.T).argmax(1) == torch.arange(6)).all()


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (dict(temperature=0.0), 'temperature .* 0.0'),
        (dict(view_b=torch.ones(4, 4)), r'\(4, 4\)'),
        (dict(view_b=torch.ones(5, 4).half()), 'float16'),
        (dict(view_a=torch.ones(5), view_b=torch.ones(5)), r'\(5,\)'),
        (dict(all_a=torch.ones(5, 4)), 'together'),
        (dict(all_a=torch.ones(9, 3), all_b=torch.ones(9, 3)), r'\(9, 3\)'),
        (dict(all_a=torch.ones(9, 4), all_b=torch.ones(8, 4)), r'\(8, 4\)'),
        (dict(all_a=torch.ones(9, 4), all_b=torch.ones(9, 4), first=5), 'rows 5 to 9'),
        (dict(view_a=torch.ones(1, 4), view_b=torch.ones(1, 4)), 'at least two'),
    ],
)
def test_bad_input_is_named(change, message):
    arguments = dict(view_a=torch.ones(5, 4), view_b=torch.ones(5, 4)) | change
    with pytest.raises(ValueError, match=message):
        nt_xent_loss(**arguments)


def test_one_video_of_its_own_among_others_will_do():
    a, b = views(3)
    loss = nt_xent_loss(a[1:2], b[1:2], a, b, first=1)
    assert loss.item() > 0
