import pytest
import torch
from mmaction.registry import MODELS

import carl_mm.functional as F
from tests.models.frames import (
    batch,
    head_of,
    loss_of,
    padding_changes_nothing,
    trains_all_weights,
    twenty_steps_lower,
)

SAL = {'type': 'ShuffleAndLearnLoss', 'in_channels': 16, 'num_triplets': 64}


def test_it_classifies_drawn_triplets():
    head = head_of(SAL)
    embedding, frame_inds, valid, samples = batch()
    videos, frames = embedding.flatten(0, 1), valid.flatten(0, 1)
    torch.manual_seed(0)
    drawn = F.draw_triplets(frames, 64, shuffled_share=0.75)
    expected = F.shuffle_and_learn_loss(
        videos, frames, *drawn, head.loss_module.classifier
    )
    loss = loss_of(head, (embedding, frame_inds, valid, samples))
    torch.testing.assert_close(loss, expected)
    assert not torch.equal(loss, loss_of(head, batch(), seed=1)), 'drawn afresh'


def test_the_classifier_is_the_published():
    loss = MODELS.build({'type': 'ShuffleAndLearnLoss'})
    widths = [tuple(w.shape) for w in loss.classifier.parameters() if w.ndim == 2]
    assert widths == [(128, 384), (64, 128), (2, 64)]
    assert (loss.num_triplets, loss.shuffled_share) == (8, 0.75)


def test_it_leaves_out_videos_too_short():
    head, (embedding, frame_inds, valid, samples) = head_of(SAL), batch(num_views=1)
    valid[2:, :, 4:] = False
    loss = loss_of(head, (embedding, frame_inds, valid, samples))
    torch.manual_seed(0)
    drawn = F.draw_triplets(valid.flatten(0, 1), 64, shuffled_share=0.75)
    frames, triplets, shuffled = (part[:2] for part in (valid.flatten(0, 1), *drawn))
    expected = F.shuffle_and_learn_loss(
        embedding[:2, 0], frames, triplets, shuffled, head.loss_module.classifier
    )
    assert shuffled.sum() == 0.75 * 2 * 64
    torch.testing.assert_close(loss, expected)
    with pytest.raises(ValueError, match=r'5 valid frames, .* \[4, 4\]'):
        loss_of(head, (embedding[2:], frame_inds[2:], valid[2:], samples[2:]))


def test_padding_and_training():
    head, data = head_of(SAL), batch()
    padding_changes_nothing(head, data)
    twenty_steps_lower(head, data)
    trains_all_weights(head)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match='got 0 and'):
        MODELS.build(SAL | {'num_triplets': 0})
    with pytest.raises(ValueError, match='and 2'):
        MODELS.build(SAL | {'shuffled_share': 2})
    with pytest.raises(TypeError, match='width'):
        MODELS.build(SAL | {'width': 1})
