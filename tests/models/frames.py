"""A batch for the losses of `FramewiseLossHead`, and what each of them must do."""

import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample

from carl_mm.models.heads import base as heads


def batch(videos=4, num_views=2, length=12, channels=16):
    """Random embeddings; the second half of the videos is padded."""
    generator = torch.Generator().manual_seed(0)
    shape = (videos, num_views, length)
    embedding = torch.randn(*shape, channels, generator=generator)
    frame_inds = torch.rand(*shape[:2], 60, generator=generator).argsort(-1)
    frame_inds = frame_inds[..., :length].sort(-1).values
    lengths = torch.tensor([length] * (videos // 2) + [8] * (videos - videos // 2))
    valid = (torch.arange(length) < lengths[:, None])[:, None].expand(shape).clone()
    samples = [
        ActionDataSample(metainfo={'total_frames': 60 + n, 'action': 'pour'})
        for n in range(videos)
    ]
    return embedding, frame_inds, valid, samples


def head_of(loss, channels=16, **options):
    """A head without a projection."""
    head = {'type': 'FramewiseLossHead', 'loss': loss, 'in_channels': channels}
    return MODELS.build(head | options)


def loss_of(head, data, seed=0):
    torch.manual_seed(seed)  # some losses draw
    return head.loss(*data)['loss']


def padding_changes_nothing(head, data):
    embedding, frame_inds, valid, samples = data
    results = []
    for filling in (float('nan'), 1e3):
        leaf = embedding.masked_fill(~valid[..., None], filling).requires_grad_(True)
        value = loss_of(head, (leaf, frame_inds, valid, samples))
        value.backward()
        results.append((value.detach(), leaf.grad))
    (first, first_grad), (other, other_grad) = results
    assert first.isfinite()
    assert torch.equal(first, other)
    assert torch.equal(first_grad, other_grad)
    assert not first_grad[~valid].any()
    assert first_grad[valid].any()


def twenty_steps_lower(head, data, rate=0.05, share=0.9):
    """Steps on the embeddings and the head's weights."""
    embedding = data[0].clone().requires_grad_(True)
    optimizer = torch.optim.Adam([embedding, *head.parameters()], lr=rate)
    values = []
    for _ in range(20):
        loss = loss_of(head, (embedding, *data[1:]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        values.append(loss.item())
    assert values[-1] < values[0] - (1 - share) * abs(values[0])


def mean_over_processes(head, data, monkeypatch, per_video):
    """The mean of the losses of two processes, each with half of the batch."""
    embedding, frame_inds, valid, samples = data
    half = len(samples) // 2
    counted = valid.flatten(1).any(1) if per_video else valid
    mean = counted.sum() / 2
    with monkeypatch.context() as patch:
        patch.setattr(heads.dist, 'all_reduce', lambda t, op: t.fill_(mean))
        parts = [
            loss_of(head, (embedding[p], frame_inds[p], valid[p], samples[p]))
            for p in (slice(half), slice(half, None))
        ]
    return torch.stack(parts).mean()


def trains_all_weights(head):
    """All of a head's weights have a gradient after a backward pass."""
    weights = dict(head.named_parameters())
    assert weights
    assert all(weight.grad is not None for weight in weights.values())
