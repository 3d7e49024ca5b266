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

TCN = {'type': 'NPairsLoss', 'regularisation': 0.1}


@pytest.mark.parametrize('num_views', [1, 2])
def test_it_is_the_mean_over_videos(num_views):
    embedding, frame_inds, valid, samples = batch(num_views=num_views)
    valid[2, :, 7] = False  # a positive alone: its anchor goes too
    valid[3] = False
    expected = []
    for video in (0, 1, 2):
        for view in embedding[video]:
            pairs = [(0, 1), (2, 3), (4, 5), (6, 7), (8, 9), (10, 11)]
            pairs = pairs[:3] if video == 2 else pairs
            anchors, positives = zip(*pairs, strict=True)
            expected.append(
                F.n_pairs_loss(
                    view[list(anchors)], view[list(positives)], regularisation=0.1
                )
            )
    head = head_of(TCN)
    loss = loss_of(head, (embedding, frame_inds, valid, samples))
    torch.testing.assert_close(loss, torch.stack(expected).mean())


def test_padding_and_training():
    data = batch()
    padding_changes_nothing(head_of(TCN), data)
    twenty_steps_lower(head_of(TCN), (0.3 * data[0], *data[1:]))


def test_two_processes_mean_the_whole_batch(monkeypatch):
    head, data = head_of(TCN), batch()
    halves = mean_over_processes(head, data, monkeypatch, per_video=True)
    torch.testing.assert_close(halves, loss_of(head, data))


def test_one_video_will_do_but_one_frame_will_not():
    assert loss_of(head_of(TCN), batch(1)).isfinite()
    embedding, frame_inds, valid, samples = batch()
    valid[..., 1:] = False
    with pytest.raises(ValueError, match='no valid anchor'):
        loss_of(head_of(TCN), (embedding, frame_inds, valid, samples))


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match='-0.1'):
        MODELS.build(TCN | {'regularisation': -0.1})
    with pytest.raises(TypeError, match='tau'):
        MODELS.build(TCN | {'tau': 1})
    with pytest.raises(ValueError, match='T = 11: use AnchorPositiveCrop'):
        loss_of(head_of(TCN), batch(length=11))
