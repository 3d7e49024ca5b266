import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from torch.nn.functional import normalize

import carl_mm  # noqa: F401
from carl_mm.functional.losses.d3tw import discriminative_dtw_loss, random_order
from carl_mm.functional.losses.gta import global_alignment_loss
from carl_mm.functional.losses.lav import alignment_in_time_loss
from carl_mm.models import FrameBatch

LOSSES = ('AlignmentInTimeLoss', 'GlobalAlignmentLoss', 'DiscriminativeDTWLoss')
OPTIONS = {
    'AlignmentInTimeLoss': {
        'gamma': 0.3,
        'regularisation': 0.2,
        'window': 4.0,
        'margin': 1.5,
        'divergence': True,
    },
    'GlobalAlignmentLoss': {
        'gamma': 0.3,
        'temperature': 0.2,
        'alignment_weight': 0.3,
        'cycle_weight': 0.4,
        'label_smoothing': 0.2,
    },
    'DiscriminativeDTWLoss': {'gamma': 0.3, 'margin': 0.7},
}


def make_batch(batch=4, views=1, length=6, dim=8, seed=0):
    generator = torch.Generator().manual_seed(seed)
    shape = (batch, views, length)
    embedding = normalize(torch.randn(*shape, dim, generator=generator), dim=-1)
    frame_inds = torch.arange(0, 5 * length, 5).expand(shape)
    valid = torch.ones(shape, dtype=torch.bool)
    valid[0, :, 4:] = False
    return embedding, frame_inds, valid, 30 + torch.arange(batch)


@pytest.mark.parametrize('views', [1, 2])
@pytest.mark.parametrize('name', LOSSES)
def test_is_the_function_of_all_videos(name, views):
    embedding, frame_inds, valid, lengths = make_batch(views=views)
    loss = MODELS.build({'type': name, **OPTIONS[name]})
    torch.manual_seed(5)
    actions = ['bowl', None, 'bowl', None]
    result = loss(FrameBatch(embedding, frame_inds, valid, lengths, actions))
    groups = torch.tensor([0, 1, 0, 1]).repeat_interleave(views)
    options = {**OPTIONS[name], 'groups': groups, 'valid': valid.flatten(0, 1)}
    z, inds = embedding.flatten(0, 1), frame_inds.flatten(0, 1)
    torch.manual_seed(5)
    expected = {
        'AlignmentInTimeLoss': lambda: alignment_in_time_loss(
            z, inds, lengths.repeat_interleave(views), **options
        ),
        'GlobalAlignmentLoss': lambda: global_alignment_loss(z, **options),
        'DiscriminativeDTWLoss': lambda: discriminative_dtw_loss(
            z, random_order(options['valid']), **options
        ),
    }[name]()
    assert result.item() == pytest.approx(expected.item())


@pytest.mark.parametrize('name', LOSSES)
def test_building_draws_nothing(name):
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    MODELS.build({'type': name})
    assert torch.rand(3).equal(expected)


def train(name, steps, batch):
    """Losses of a head over free embeddings, a fixed batch."""
    torch.manual_seed(0)
    loss = {'type': name}
    head = MODELS.build({'type': 'FramewiseLossHead', 'loss': loss, 'normalize': True})
    embedding, frame_inds, valid, lengths = batch
    embedding = embedding.clone().requires_grad_()
    samples = [
        ActionDataSample(metainfo={'total_frames': int(n), 'action': 'bowl'})
        for n in lengths
    ]
    adam = torch.optim.Adam([embedding], lr=0.05)
    history = []
    for step in range(steps):
        torch.manual_seed(step % 5)  # of the wrong orders
        value = head.loss(embedding, frame_inds, valid, samples)['loss']
        adam.zero_grad()
        value.backward()
        adam.step()
        history.append(value.item())
    return history


@pytest.mark.parametrize('name', LOSSES)
def test_twenty_steps_lower_it(name):
    history = train(name, 20, make_batch(length=12))
    assert max(history[-5:]) < 0.85 * min(history[:5])


@pytest.mark.parametrize('name', LOSSES)
def test_a_batch_of_one_video(name):
    loss = MODELS.build({'type': name})
    *batch, lengths = make_batch(batch=1)
    with pytest.raises(ValueError, match=r'batch needs at least 2 of one action'):
        loss(FrameBatch(*batch, lengths, ['bowl']))


@pytest.mark.parametrize('name', LOSSES)
def test_an_action_with_one_video(name):
    loss = MODELS.build({'type': name})
    *batch, lengths = make_batch(batch=2)
    with pytest.raises(ValueError, match=r'of actions \[0, 1\]'):
        loss(FrameBatch(*batch, lengths, ['bowl', 'squat']))


@pytest.mark.parametrize(
    ('name', 'option', 'value'),
    [
        ('AlignmentInTimeLoss', 'gamma', 0.0),
        ('AlignmentInTimeLoss', 'regularisation', -1.0),
        ('AlignmentInTimeLoss', 'window', -1.0),
        ('AlignmentInTimeLoss', 'margin', 0.0),
        ('GlobalAlignmentLoss', 'gamma', 0.0),
        ('GlobalAlignmentLoss', 'temperature', 0.0),
        ('GlobalAlignmentLoss', 'alignment_weight', -1.0),
        ('GlobalAlignmentLoss', 'label_smoothing', 1.0),
        ('DiscriminativeDTWLoss', 'gamma', 0.0),
        ('DiscriminativeDTWLoss', 'margin', 0.0),
    ],
)
def test_bad_options(name, option, value):
    with pytest.raises(ValueError, match=f'{option}.*{value}'):
        MODELS.build({'type': name, option: value})
    with pytest.raises(TypeError, match='gama'):
        MODELS.build({'type': name, 'gama': 1.0})
