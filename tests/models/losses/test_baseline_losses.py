import pytest
import torch
from mmaction.registry import MODELS

import carl_mm.functional as F
from carl_mm.functional.losses.cycle_consistency import VARIANTS
from tests.models.frames import (
    batch,
    head_of,
    loss_of,
    mean_over_processes,
    padding_changes_nothing,
    twenty_steps_lower,
)

CONTRASTIVE = {'type': 'NearestFrameContrastiveLoss', 'temperature': 0.5, 'max_gap': 9}
TCN = {'type': 'NPairsLoss', 'regularisation': 0.1}
TCC = {'type': 'CycleConsistencyLoss', 'variance_weight': 0.1}


def test_the_contrastive_baseline_is_the_function():
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


@pytest.mark.parametrize('num_views', [1, 2])
def test_tcn_is_the_mean_over_videos(num_views):
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


@pytest.mark.parametrize('num_views', [1, 2])
def test_tcc_cycles_between_all_views(num_views):
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


def test_tcc_leaves_other_actions_out():
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


LOSSES = [
    CONTRASTIVE,
    TCN,
    *({'type': 'CycleConsistencyLoss', 'variant': variant} for variant in VARIANTS),
]


@pytest.mark.parametrize('loss', LOSSES, ids=lambda x: x.get('variant', x['type']))
def test_padding_and_training(loss):
    data = batch()
    padding_changes_nothing(head_of(loss), data)
    # A certain cycle comes near its smoothed target, not to it: small embeddings.
    smoothing = {'label_smoothing': 0.0} if 'variant' in loss else {}
    small = (0.3 * data[0], *data[1:])
    twenty_steps_lower(head_of(loss | smoothing), small)


def test_two_processes_mean_the_whole_batch(monkeypatch):
    for loss, per_video in ((CONTRASTIVE | {'max_gap': 99}, False), (TCN, True)):
        head, data = head_of(loss), batch()
        whole = loss_of(head, data)
        halves = mean_over_processes(head, data, monkeypatch, per_video)
        torch.testing.assert_close(halves, whole)


def test_one_video_and_one_frame():
    one = batch(1)
    with pytest.raises(ValueError, match='at least 2 videos in a batch'):
        loss_of(head_of(TCC), (*(t[:, :1] for t in one[:3]), one[3]))
    for loss in (CONTRASTIVE, TCN):
        assert loss_of(head_of(loss), one).isfinite()
    embedding, frame_inds, valid, samples = batch()
    valid[..., 1:] = False
    with pytest.raises(ValueError, match='one of them with 2 valid frames'):
        loss_of(head_of(TCC), (embedding, frame_inds, valid, samples))
    with pytest.raises(ValueError, match='no video has a valid anchor'):
        loss_of(head_of(TCN), (embedding, frame_inds, valid, samples))


def test_bad_arguments_are_named():
    for option, match in (
        ({'temperature': 0.0}, 'got 0.0'),
        ({'max_gap': -1}, 'and -1'),
    ):
        with pytest.raises(ValueError, match=match):
            MODELS.build(CONTRASTIVE | option)
    with pytest.raises(ValueError, match='-0.1'):
        MODELS.build(TCN | {'regularisation': -0.1})
    for option, match in (
        ({'variant': 'mse'}, "'mse'"),
        ({'similarity': 'dot'}, "'dot'"),
        ({'temperature': -1.0}, 'got -1.0'),
        ({'label_smoothing': 1}, 'and 1'),
    ):
        with pytest.raises(ValueError, match=match):
            MODELS.build(TCC | option)
    for loss in (CONTRASTIVE, TCN, TCC):
        with pytest.raises(TypeError, match='tau'):
            MODELS.build(loss | {'tau': 1})
    embedding, frame_inds, valid, samples = batch(length=11)
    with pytest.raises(ValueError, match='T = 11: use AnchorPositiveCrop'):
        loss_of(head_of(TCN), (embedding, frame_inds, valid, samples))
