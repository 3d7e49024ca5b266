import pytest
import torch
from mmaction.registry import MODELS
from torch.nn.functional import normalize

from carl_mm.functional import sequence_contrastive_loss
from carl_mm.functional.aligned_pairs import aligned_contrastive_loss
from carl_mm.models.cross_video_loss import pairs_of_one_action


def batch(num_videos, length=5):
    generator = torch.Generator().manual_seed(0)
    embedding = torch.randn(num_videos, 2, length, 3, generator=generator)
    frame_inds = torch.arange(length).expand(num_videos, 2, length)
    valid = torch.ones(num_videos, 2, length, dtype=torch.bool)
    valid[0, 1, 3:] = False
    return normalize(embedding, dim=3), frame_inds, valid


def build(**options):
    return MODELS.build(dict(type='AlignedSequenceContrastiveLoss', **options))


def test_pairs():
    assert pairs_of_one_action(['a', 'b', 'a', 'c', 'b', 'a']) == (
        [0, 2, 5, 1, 4],
        [2, 5, 0, 4, 1],
    )
    assert pairs_of_one_action([None, None]) == ([0, 1], [1, 0])
    assert pairs_of_one_action(['a']) == pairs_of_one_action([]) == ([], [])


def test_is_the_sum_of_both_losses():
    views = batch(3)
    embedding, frame_inds, valid = views
    loss = build(cross_weight=0.5, gamma=0.2, variance=4.0)(
        *views, None, ['golf', 'pitch', 'golf']
    )
    within = sequence_contrastive_loss(
        *embedding.unbind(1), *frame_inds.unbind(1), *valid.unbind(1), variance=4.0
    )
    between = aligned_contrastive_loss(
        embedding[[0, 2], 0],
        embedding[[2, 0], 1],
        valid[[0, 2], 0],
        valid[[2, 0], 1],
        gamma=0.2,
    )
    torch.testing.assert_close(loss, within + 0.5 * between)


def test_a_video_alone_has_the_loss_within_it():
    views = batch(1)
    alone = build()(*views, None, ['golf'])
    plain = MODELS.build(dict(type='SequenceContrastiveLoss'))(*views)
    torch.testing.assert_close(alone, plain, rtol=0, atol=0)


def test_bad_options_are_named():
    with pytest.raises(ValueError, match=r'got -1 and 0\.1'):
        build(cross_weight=-1)
    with pytest.raises(ValueError, match=r'got 1\.0 and 0'):
        build(gamma=0)
    with pytest.raises(ValueError, match='negatives'):
        build(negatives='all')


def test_more_views_are_all_pairs_of_views():
    torch.manual_seed(1)
    embedding = normalize(torch.randn(2, 4, 5, 3), dim=3)
    frame_inds = torch.randint(0, 9, (2, 4, 5)).sort(dim=2).values
    valid = torch.ones(2, 4, 5, dtype=torch.bool)
    valid[1, 2, 3:] = False
    found = MODELS.build(dict(type='SequenceContrastiveLoss'))(
        embedding, frame_inds, valid
    )
    values = []
    for a in range(4):
        for b in range(a + 1, 4):
            parts = [
                part[:, view]
                for part in (embedding, frame_inds, valid)
                for view in (a, b)
            ]
            values.append(sequence_contrastive_loss(*parts))
    torch.testing.assert_close(found, sum(values) / 6)
