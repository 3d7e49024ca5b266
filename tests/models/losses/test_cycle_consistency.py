import pytest
import torch
from mmaction.registry import MODELS

import carl_mm.functional as F
from carl_mm.functional.losses.cycle_consistency import VARIANTS
from tests.models.frames import (
    batch,
    head_of,
    loss_of,
    padding_changes_nothing,
    twenty_steps_lower,
)

TCC = {'type': 'CycleConsistencyLoss', 'variance_weight': 0.1}


@pytest.mark.parametrize('num_views', [1, 2])
def test_it_cycles_between_all_views(num_views):
    embedding, frame_inds, valid, samples = batch(num_views=num_views)
    options = {
        'variant': 'regression_mse',
        'similarity': 'cosine',
        'temperature': 0.02,
        'label_smoothing': 0.2,
        'variance_weight': 0.5,
    }
    for variant in ('regression_mse', 'regression_mse_var'):
        options['variant'] = variant
        head = head_of({'type': 'CycleConsistencyLoss', **options})
        loss = loss_of(head, (embedding, frame_inds, valid, samples))
        lengths = torch.tensor([60, 61, 62, 63]).repeat_interleave(num_views)
        tensors = (t.flatten(0, 1) for t in (embedding, frame_inds))
        expected = F.cycle_consistency_loss(
            *tensors, lengths, **options, valid=valid.flatten(0, 1)
        )
        torch.testing.assert_close(loss, expected)


def test_it_leaves_other_actions_out():
    embedding, frame_inds, valid, samples = batch(num_views=1)
    for sample, action in zip(samples, 'abcb', strict=True):
        sample.set_metainfo({'action': action})
    kept = [1, 3]
    alike = embedding[kept], frame_inds[kept], valid[kept], [samples[i] for i in kept]
    mixed = loss_of(head_of(TCC), (embedding, frame_inds, valid, samples))
    torch.testing.assert_close(mixed, loss_of(head_of(TCC), alike))
    two_alone = (*(t[:2] for t in (embedding, frame_inds, valid)), samples[:2])
    with pytest.raises(ValueError, match='of one action'):
        loss_of(head_of(TCC), two_alone)


@pytest.mark.parametrize('variant', VARIANTS)
def test_padding_and_training(variant):
    loss = {'type': 'CycleConsistencyLoss', 'variant': variant}
    data = batch()
    padding_changes_nothing(head_of(loss), data)
    # A certain cycle comes near its smoothed target, not to it: small embeddings.
    head = head_of(loss | {'label_smoothing': 0.0})
    twenty_steps_lower(head, (0.3 * data[0], *data[1:]))


def test_one_video_or_one_frame_will_not_do():
    one = batch(1)
    with pytest.raises(ValueError, match='at least 2 videos in a batch'):
        loss_of(head_of(TCC), (*(t[:, :1] for t in one[:3]), one[3]))
    embedding, frame_inds, valid, samples = batch()
    valid[..., 1:] = False
    with pytest.raises(ValueError, match='one of them with 2 valid frames'):
        loss_of(head_of(TCC), (embedding, frame_inds, valid, samples))


def test_a_video_of_unknown_length_is_told():
    with pytest.raises(ValueError, match='must have total_frames'):
        loss_of(head_of(TCC), (*batch()[:3], None))


@pytest.mark.parametrize(
    ('option', 'match'),
    [
        ({'variant': 'mse'}, "'mse'"),
        ({'similarity': 'dot'}, "'dot'"),
        ({'temperature': -1.0}, 'got -1.0'),
        ({'label_smoothing': 1}, 'and 1'),
    ],
)
def test_bad_arguments_are_named(option, match):
    with pytest.raises(ValueError, match=match):
        MODELS.build(TCC | option)
    with pytest.raises(TypeError, match='tau'):
        MODELS.build(TCC | {'tau': 1})
