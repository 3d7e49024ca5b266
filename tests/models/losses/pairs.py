"""Batches for the losses that align pairs of videos, and what each of them must do."""

import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from torch.nn.functional import normalize

import carl_mm  # noqa: F401
from carl_mm.models import FrameBatch

ACTIONS = ['bowl', None, 'bowl', None]


def make_batch(batch=4, views=1, length=6, dim=8, seed=0):
    generator = torch.Generator().manual_seed(seed)
    shape = (batch, views, length)
    embedding = normalize(torch.randn(*shape, dim, generator=generator), dim=-1)
    frame_inds = torch.arange(0, 5 * length, 5).expand(shape)
    valid = torch.ones(shape, dtype=torch.bool)
    valid[0, :, 4:] = False
    return embedding, frame_inds, valid, 30 + torch.arange(batch)


def value_of(loss, tensors):
    """The loss of four videos of two actions."""
    torch.manual_seed(5)  # some losses draw
    return loss(FrameBatch(*tensors, ACTIONS)).item()


def by_view(tensors):
    """Each view as a video of its own, with its group."""
    embedding, frame_inds, valid, lengths = tensors
    views = embedding.shape[1]
    groups = torch.tensor([0, 1, 0, 1]).repeat_interleave(views)
    flat = [tensor.flatten(0, 1) for tensor in (embedding, frame_inds, valid)]
    torch.manual_seed(5)
    return *flat, lengths.repeat_interleave(views), groups


def building_draws_nothing(name):
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    MODELS.build({'type': name})
    assert torch.rand(3).equal(expected)


def twenty_steps_lower(name):
    """Steps on free embeddings, a fixed batch."""
    torch.manual_seed(0)
    loss = {'type': name}
    head = MODELS.build({'type': 'FramewiseLossHead', 'loss': loss, 'normalize': True})
    embedding, frame_inds, valid, lengths = make_batch(length=12)
    embedding = embedding.clone().requires_grad_()
    samples = [
        ActionDataSample(metainfo={'total_frames': int(n), 'action': 'bowl'})
        for n in lengths
    ]
    adam = torch.optim.Adam([embedding], lr=0.05)
    history = []
    for step in range(20):
        torch.manual_seed(step % 5)  # of the wrong orders
        value = head.loss(embedding, frame_inds, valid, samples)['loss']
        adam.zero_grad()
        value.backward()
        adam.step()
        history.append(value.item())
    assert max(history[-5:]) < 0.85 * min(history[:5])


def needs_two_videos_of_one_action(name):
    loss = MODELS.build({'type': name})
    with pytest.raises(ValueError, match=r'batch needs at least 2 of one action'):
        loss(FrameBatch(*make_batch(batch=1), ['bowl']))
    with pytest.raises(ValueError, match=r'of actions \[0, 1\]'):
        loss(FrameBatch(*make_batch(batch=2), ['bowl', 'squat']))


def names_bad_options(name, options):
    for option, value in options:
        with pytest.raises(ValueError, match=f'{option}.*{value}'):
            MODELS.build({'type': name, option: value})
    with pytest.raises(TypeError, match='gama'):
        MODELS.build({'type': name, 'gama': 1.0})
