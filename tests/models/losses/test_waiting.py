"""No loss waits for its device: the next step is prepared while one is computed."""

from contextlib import nullcontext

import pytest
import torch

from tests.models.frames import batch, head_of
from tests.models.losses.waiting import NoWaiting

SCL = {'type': 'SequenceContrastiveLoss'}
TCC = {'type': 'CycleConsistencyLoss'}
LOSSES = [
    SCL,
    SCL | {'negatives': 'batch'},
    {'type': 'NearestFrameContrastiveLoss'},
    *(TCC | {'variant': v} for v in ('classification', 'regression_huber')),
    *(TCC | {'variant': v} for v in ('regression_mse', 'regression_mse_var')),
    {'type': 'AlignmentInTimeLoss'},
    {'type': 'AlignmentInTimeLoss', 'divergence': True},
    {'type': 'GlobalAlignmentLoss'},
    {'type': 'DiscriminativeDTWLoss'},
    {'type': 'NPairsLoss'},
    {'type': 'ShuffleAndLearnLoss', 'in_channels': 8},
    {'type': 'SpeedinessLoss', 'in_channels': 8},
]


@pytest.mark.parametrize(
    'loss', LOSSES, ids=lambda loss: '-'.join(map(str, loss.values()))
)
def test_a_step_does_not_wait_for_the_device(loss, monkeypatch):
    monkeypatch.setattr(torch, 'autocast', lambda *_, **__: nullcontext())  # no meta
    head = head_of(loss, projection_channels=8).to('meta')
    *tensors, samples = batch()
    embedding, *rest = (tensor.to('meta') for tensor in tensors)
    with NoWaiting():
        head.loss(embedding.requires_grad_(True), *rest, samples)['loss'].backward()
