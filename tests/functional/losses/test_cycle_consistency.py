import math

import numpy as np
import pytest
import torch

from carl_mm.functional.losses.cycle_consistency import (
    SIMILARITIES,
    VARIANTS,
    cycle_consistency_loss,
)
from tests.functional.losses.frames import padding_changes_nothing, twenty_steps_lower


def batch(videos=3, length=6, channels=4, dtype=torch.float64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    embeddings = torch.randn(videos, length, channels, generator=generator, dtype=dtype)
    inds = torch.stack(
        [torch.randperm(30, generator=generator)[:length].sort()[0] for _ in embeddings]
    )
    return embeddings, inds, torch.arange(31, 31 + videos)


def similarity_of(x, y, similarity, temperature):
    if similarity == 'l2':
        value = -sum((a - b) ** 2 for a, b in zip(x, y, strict=True))
    else:
        value = np.dot(x, y) / (np.linalg.norm(x) * np.linalg.norm(y))
    return value / len(x) / temperature


def softmax(values):
    powers = np.exp(np.array(values) - max(values))
    return powers / powers.sum()


def oracle(
    videos,
    times,
    variant='regression_mse_var',
    similarity='l2',
    temperature=0.1,
    label_smoothing=0.1,
    variance_weight=0.001,
    smoothing='carl',
    huber_delta=1.0,
):
    """One frame after the other, from the paper; videos are lists of (T, D) arrays."""
    losses = []
    for u, start in enumerate(videos):
        for v, other in enumerate(videos):
            if u == v or len(start) < 2:
                continue
            for i, frame in enumerate(start):
                alpha = softmax(
                    [similarity_of(frame, y, similarity, temperature) for y in other]
                )
                nearest = sum(w * y for w, y in zip(alpha, other, strict=True))
                beta = softmax(
                    [similarity_of(nearest, x, similarity, temperature) for x in start]
                )
                target = np.full(len(start), label_smoothing / (len(start) - 1))
                target[i] = 1 - label_smoothing
                if smoothing == 'tcc':  # Keras: y (1 - e) + e / T; regression: one-hot
                    e = label_smoothing if variant == 'classification' else 0
                    target = np.eye(len(start))[i] * (1 - e) + e / len(start)
                found, true = beta @ times[u], target @ times[u]
                variance = beta @ (times[u] - found) ** 2
                error = abs(found - true)
                losses.append(
                    {
                        'classification': -(target @ np.log(beta)),
                        'regression_mse': error**2,
                        'regression_huber': error**2 / 2
                        if error < huber_delta
                        else huber_delta * error - huber_delta**2 / 2,
                        'regression_mse_var': error**2 / variance
                        + variance_weight * math.log(variance),
                    }[variant]
                )
    return np.mean(losses)


@pytest.mark.parametrize('similarity', SIMILARITIES)
@pytest.mark.parametrize('variant', VARIANTS)
def test_equals_the_papers_definition(variant, similarity):
    embeddings, inds, lengths = batch()
    times = (inds / lengths[:, None].double()).numpy()
    options = {'variant': variant, 'similarity': similarity}
    for extra in (
        {},
        {'temperature': 0.7, 'label_smoothing': 0.0, 'variance_weight': 0.2},
        {'smoothing': 'tcc', 'label_smoothing': 0.3, 'huber_delta': 0.1},
    ):
        value = cycle_consistency_loss(embeddings, inds, lengths, **options, **extra)
        expected = oracle(embeddings.numpy(), times, **options, **extra)
        assert value.item() == pytest.approx(expected, abs=1e-9)
        single = cycle_consistency_loss(
            embeddings.float(), inds, lengths, **options, **extra
        )
        assert single.dtype == torch.float32
        assert single.item() == pytest.approx(expected, rel=2e-5, abs=2e-6)


def test_tccs_own_settings_by_hand():
    """As test_a_value_by_hand, by TCC's code: regression has hard targets.

    Classified: 0.1 / 2 of the target is on the frame 4,000 nats below.
    """
    embeddings = torch.tensor([[[0.0], [20.0]]] * 2, dtype=torch.float64)
    inds, lengths = torch.tensor([[0, 5]] * 2), torch.tensor([10, 10])
    options = {'smoothing': 'tcc', 'huber_delta': 0.1}
    for variant, expected in (
        ('regression_mse', 0.0),
        ('regression_huber', 0.0),
        ('classification', 0.1 / 2 * 4000),
    ):
        value = cycle_consistency_loss(
            embeddings, inds, lengths, variant=variant, **options
        )
        assert value.item() == pytest.approx(expected)
    # Every cycle of a still video returns to its middle, 1 / 4: an error of 1 / 4.
    still = torch.zeros(2, 2, 1, dtype=torch.float64)
    for delta, expected in ((0.1, 0.1 * 0.25 - 0.005), (1.0, 0.25**2 / 2)):
        options = {'smoothing': 'tcc', 'huber_delta': delta}
        value = cycle_consistency_loss(
            still, inds, lengths, variant='regression_huber', **options
        )
        assert value.item() == pytest.approx(expected)


@pytest.mark.parametrize('smoothing', ['carl', 'tcc'])
@pytest.mark.parametrize('variant', VARIANTS)
def test_ragged_videos_equal_the_definition_on_their_real_frames(variant, smoothing):
    embeddings, inds, lengths = batch(4, 7)
    valid = torch.arange(7) < torch.tensor([7, 4, 1, 2])[:, None]
    frames = [z[v].numpy() for z, v in zip(embeddings, valid, strict=True)]
    times = [
        (i[v].double() / n).numpy()
        for i, v, n in zip(inds, valid, lengths, strict=True)
    ]
    value = cycle_consistency_loss(
        embeddings, inds, lengths, variant=variant, smoothing=smoothing, valid=valid
    )
    expected = oracle(frames, times, variant, smoothing=smoothing)
    assert value.item() == pytest.approx(expected, rel=1e-9)


def test_a_value_by_hand():
    """Two videos of frames at 0 and far away: the cycle closes, only smoothing is left.

    At times 0 and 1/2, target 0.9 and 0.1: the true times are 0.05 and 0.45, those
    found 0 and 0.5, so the squared error is 0.0025. Classified: all weight is on the
    start, but 0.1 of the target is on a frame 400 / 0.1 = 4,000 nats below.
    """
    embeddings = torch.tensor([[[0.0], [20.0]]] * 2, dtype=torch.float64)
    inds, lengths = torch.tensor([[0, 5]] * 2), torch.tensor([10, 10])
    value = cycle_consistency_loss(embeddings, inds, lengths, variant='regression_mse')
    assert value.item() == pytest.approx(0.0025)
    value = cycle_consistency_loss(
        embeddings, inds, lengths, variant='regression_huber'
    )
    assert value.item() == pytest.approx(0.00125)
    value = cycle_consistency_loss(embeddings, inds, lengths, variant='classification')
    assert value.item() == pytest.approx(0.1 * 4000)


def test_all_frames_alike_are_found_in_the_middle():
    """Times 0, 1/4, 1/2 of equal weight: mean 1/4, variance (1/16 + 1/16) / 3 = 1/24.

    Without smoothing the errors are 1/4, 0, 1/4: (1/16 + 1/16) / 3 x 24 = 1.
    """
    value = cycle_consistency_loss(
        torch.ones(2, 3, 5),
        torch.tensor([[0, 2, 4]] * 2),
        torch.tensor([8, 8]),
        label_smoothing=0.0,
        variance_weight=0.5,
    )
    assert value.item() == pytest.approx(1 + 0.5 * math.log(1 / 24), rel=1e-5)


def test_order_of_the_videos_does_not_matter():
    embeddings, inds, lengths = batch(4)
    turn = torch.tensor([2, 0, 3, 1])
    torch.testing.assert_close(
        cycle_consistency_loss(embeddings, inds, lengths),
        cycle_consistency_loss(embeddings[turn], inds[turn], lengths[turn]),
    )


@pytest.mark.parametrize('similarity', SIMILARITIES)
@pytest.mark.parametrize('variant', VARIANTS)
def test_gradients(variant, similarity):
    embeddings, inds, lengths = batch(2, 4, 3)
    valid = torch.ones(2, 4, dtype=torch.bool)
    valid[1, 3] = False

    def loss(z):
        return cycle_consistency_loss(
            z,
            inds,
            lengths,
            variant=variant,
            similarity=similarity,
            temperature=0.5,
            valid=valid,
        )

    assert torch.autograd.gradcheck(loss, embeddings.requires_grad_(True))


@pytest.mark.parametrize('variant', VARIANTS)
def test_padding_never_counts(variant):
    embeddings, inds, lengths = batch(4, 7, dtype=torch.float32)
    valid = torch.arange(7) < torch.tensor([7, 4, 0, 2])[:, None]

    def loss(z):
        return cycle_consistency_loss(z, inds, lengths, variant=variant, valid=valid)

    padding_changes_nothing(loss, embeddings, valid)
    cut = cycle_consistency_loss(
        torch.cat([embeddings, torch.full_like(embeddings, torch.nan)], 1),
        torch.cat([inds, inds], 1),
        lengths,
        variant=variant,
        valid=torch.cat([valid, torch.zeros_like(valid)], 1),
    )
    torch.testing.assert_close(cut, loss(embeddings))


@pytest.mark.parametrize('variant', VARIANTS)
def test_twenty_steps_lower_it(variant):
    embeddings, inds, lengths = batch(3, 8, 16, dtype=torch.float32)
    # No smoothing: its error would be left, and is most of the loss here.
    options = {'variant': variant, 'label_smoothing': 0.0}

    def loss(z):
        return cycle_consistency_loss(z, inds, lengths, **options)

    twenty_steps_lower(loss, 0.1 * embeddings)


def test_certain_cycles_stay_finite():
    """Frames far apart: the variance underflows, the loss and its gradient do not."""
    embeddings = (100 * torch.eye(4).repeat(2, 1, 1)).requires_grad_(True)
    value = cycle_consistency_loss(
        embeddings, torch.arange(4).expand(2, 4), torch.tensor([4, 4])
    )
    value.backward()
    assert value.isfinite()
    assert embeddings.grad.isfinite().all()


def test_autocast_does_not_change_it():
    embeddings, inds, lengths = batch(dtype=torch.float32)
    expected = cycle_consistency_loss(embeddings, inds, lengths)
    with torch.autocast('cpu', torch.bfloat16):
        value = cycle_consistency_loss(embeddings, inds, lengths)
    assert torch.equal(value, expected)


def test_what_a_cycle_needs_is_said():
    embeddings, inds, lengths = batch()
    needs = 'at least 2 videos in a batch'
    with pytest.raises(ValueError, match=rf'{needs}.* 1 given have \[6\]'):
        cycle_consistency_loss(embeddings[:1], inds[:1], lengths[:1])
    with pytest.raises(ValueError, match=rf'{needs}.*\[1, 1, 1\]'):
        cycle_consistency_loss(embeddings[:, :1], inds[:, :1], lengths)
    valid = torch.zeros(3, 6, dtype=torch.bool)
    valid[0] = True
    with pytest.raises(ValueError, match=rf'{needs}.*\[6, 0, 0\]'):
        cycle_consistency_loss(embeddings, inds, lengths, valid=valid)


@pytest.mark.parametrize(
    ('change', 'match'),
    [
        ({'variant': 'mse'}, "'mse'"),
        ({'similarity': 'dot'}, "'dot'"),
        ({'temperature': 0.0}, 'got 0.0'),
        ({'label_smoothing': 1.0}, 'and 1.0'),
        ({'embeddings': torch.zeros(3, 6)}, r'\(B, T, D\)'),
        ({'embeddings': torch.zeros(3, 6, 4, dtype=torch.int64)}, 'int64'),
        ({'frame_inds': torch.zeros(3, 5)}, r'frame_inds .* got \(3, 5\)'),
        ({'video_lengths': torch.tensor([9, 0, 9])}, r'\[9, 0, 9\]'),
        ({'video_lengths': torch.tensor([9])}, r'\[9\]'),
        ({'valid': torch.ones(3, 6)}, 'valid must be bool'),
    ],
)
def test_bad_arguments_are_named(change, match):
    embeddings, inds, lengths = batch()
    given = {'embeddings': embeddings, 'frame_inds': inds, 'video_lengths': lengths}
    given |= change
    tensors = [given.pop(k) for k in ('embeddings', 'frame_inds', 'video_lengths')]
    with pytest.raises(ValueError, match=match):
        cycle_consistency_loss(*tensors, **given)


@pytest.mark.parametrize('variant', VARIANTS)
def test_embeddings_far_from_the_origin_keep_single_precision(variant):
    """Only differences count: squares of 1e4 must not eat those of 1."""
    embeddings, inds, lengths = batch()
    exact = cycle_consistency_loss(embeddings, inds, lengths, variant=variant)
    far = (embeddings + 64).float()  # a multiple of 2: rounded by 4e-6 at most
    single = cycle_consistency_loss(far, inds, lengths, variant=variant)
    double = cycle_consistency_loss(far.double(), inds, lengths, variant=variant)
    assert single.item() == pytest.approx(double.item(), rel=1e-5)
    assert double.item() == pytest.approx(exact.item(), rel=1e-3)


def test_only_videos_of_one_group_are_cycled_through():
    embeddings, inds, lengths = batch(videos=5)
    groups = torch.tensor([1, 0, 1, 0, 2])
    parts = [
        cycle_consistency_loss(embeddings[kept], inds[kept], lengths[kept])
        for kept in ([0, 2], [1, 3])
    ]
    value = cycle_consistency_loss(embeddings, inds, lengths, groups=groups)
    assert value.item() == pytest.approx(torch.stack(parts).mean().item())
    with pytest.raises(ValueError, match='SameActionBatchSampler'):
        cycle_consistency_loss(embeddings, inds, lengths, groups=torch.arange(5))
    with pytest.raises(ValueError, match=r'groups must be \(5,\)'):
        cycle_consistency_loss(embeddings, inds, lengths, groups=groups[:2])
