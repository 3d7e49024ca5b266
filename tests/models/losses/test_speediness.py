import pytest
import torch
from mmaction.registry import MODELS

import carl_mm.functional as F
from tests.models.frames import (
    batch,
    head_of,
    loss_of,
    mean_over_processes,
    padding_changes_nothing,
    trains_all_weights,
    twenty_steps_lower,
)

SPEED = {'type': 'SpeedinessLoss', 'in_channels': 16}


def test_it_is_the_function():
    head, data = head_of(SPEED), batch()
    expected = F.speediness_loss(data[0], data[2], head.loss_module.classifier)
    torch.testing.assert_close(loss_of(head, data), expected)


def test_padding_and_training():
    head, data = head_of(SPEED), batch()
    padding_changes_nothing(head, data)
    twenty_steps_lower(head, data)
    trains_all_weights(head)


def test_two_processes_mean_the_whole_batch(monkeypatch):
    head, data = head_of(SPEED), batch()
    halves = mean_over_processes(head, data, monkeypatch, per_video=True)
    torch.testing.assert_close(halves, loss_of(head, data))


def test_bad_arguments_are_named():
    with pytest.raises(TypeError, match='width'):
        MODELS.build(SPEED | {'width': 1})
    with pytest.raises(ValueError, match=r'a normal and a sped-up view'):
        loss_of(head_of(SPEED), batch(num_views=1))
