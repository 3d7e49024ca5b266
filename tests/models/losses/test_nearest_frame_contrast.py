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
    twenty_steps_lower,
)

CONTRASTIVE = {'type': 'NearestFrameContrastiveLoss', 'temperature': 0.5, 'max_gap': 9}


def test_it_is_the_function():
    embedding, frame_inds, valid, samples = batch()
    expected = F.nearest_frame_contrastive_loss(
        *embedding.unbind(1),
        *frame_inds.unbind(1),
        *valid.unbind(1),
        temperature=0.5,
        max_gap=9,
    )
    loss = loss_of(head_of(CONTRASTIVE), (embedding, frame_inds, valid, samples))
    torch.testing.assert_close(loss, expected)


def test_padding_and_training():
    data = batch()
    padding_changes_nothing(head_of(CONTRASTIVE), data)
    twenty_steps_lower(head_of(CONTRASTIVE), (0.3 * data[0], *data[1:]))


def test_two_processes_mean_the_whole_batch(monkeypatch):
    head, data = head_of(CONTRASTIVE | {'max_gap': 99}), batch()
    halves = mean_over_processes(head, data, monkeypatch, per_video=False)
    torch.testing.assert_close(halves, loss_of(head, data))


def test_one_video_will_do():
    assert loss_of(head_of(CONTRASTIVE), batch(1)).isfinite()


@pytest.mark.parametrize(
    ('option', 'match'),
    [({'temperature': 0.0}, 'got 0.0'), ({'max_gap': -1}, 'and -1')],
)
def test_bad_arguments_are_named(option, match):
    with pytest.raises(ValueError, match=match):
        MODELS.build(CONTRASTIVE | option)
    with pytest.raises(TypeError, match='tau'):
        MODELS.build(CONTRASTIVE | {'tau': 1})
