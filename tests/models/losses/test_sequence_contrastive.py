import pytest
import torch
from mmaction.registry import MODELS
from torch import distributed
from torch.nn.functional import normalize

from carl_mm.functional import sequence_contrastive_loss
from carl_mm.models import FrameBatch, SequenceContrastiveLoss
from tests.distributed.forked import run_forked
from tests.models.frames import (
    batch,
    head_of,
    loss_of,
    mean_over_processes,
    padding_changes_nothing,
    twenty_steps_lower,
)

SCL = {'type': 'SequenceContrastiveLoss', 'temperature': 0.5}


def views():
    embedding, frame_inds, valid, _ = batch()
    return normalize(embedding, dim=-1), frame_inds, valid


def test_options_reach_the_function():
    options = {'variance': 3.0, 'temperature': 0.5, 'negatives': 'batch', 'eps': 1e-3}
    loss = SequenceContrastiveLoss(**options)(FrameBatch(*views()))
    tensors = (view for tensor in views() for view in tensor.unbind(1))
    assert loss == sequence_contrastive_loss(*tensors, **options)


def test_three_tensors_still_do_and_warn():
    loss = SequenceContrastiveLoss()
    expected = loss(FrameBatch(*views()))
    with pytest.warns(DeprecationWarning, match=r'models\.FrameBatch') as caught:
        assert loss(*views()) == expected
    assert caught[0].filename == __file__
    embedding, frame_inds, valid = views()
    with pytest.warns(DeprecationWarning):
        assert loss(embedding, frame_inds=frame_inds, valid=valid) == expected
    with pytest.raises(TypeError, match=r'takes a carl_mm\.models\.FrameBatch'):
        loss(embedding)


def test_padding_and_training():
    padding_changes_nothing(head_of(SCL), batch())
    twenty_steps_lower(head_of(SCL | {'negatives': 'batch'}, normalize=True), batch())


def test_two_processes_mean_the_whole_batch(monkeypatch):
    head, data = head_of(SCL), batch()
    halves = mean_over_processes(head, data, monkeypatch, per_video=False)
    torch.testing.assert_close(halves, loss_of(head, data))


def loss_and_gradient(data):
    embedding = data[0].clone().requires_grad_(True)
    loss = loss_of(head_of(SCL | {'negatives': 'batch'}), (embedding, *data[1:]))
    loss.backward()
    return loss.detach(), embedding.grad


def rank_of_batch(num_videos):
    rank = distributed.get_rank()
    rows = slice(rank * num_videos, (rank + 1) * num_videos)
    return loss_and_gradient(tuple(part[rows] for part in batch(2 * num_videos)))


@pytest.mark.parametrize('num_videos', [1, 2])
def test_the_videos_of_all_processes_are_negatives(num_videos):
    """One each, as in the paper's runs: then its own batch holds no other video."""
    data = batch(2 * num_videos)
    loss, gradient = loss_and_gradient(data)
    ranks = run_forked(rank_of_batch, num_videos)
    # As DDP averages; other numbers of valid frames, so other weights.
    torch.testing.assert_close(sum(rank[0] for rank in ranks) / 2, loss)
    both = torch.cat([rank[1] for rank in ranks]) / 2
    torch.testing.assert_close(both, gradient, rtol=0, atol=1e-6)
    alone = loss_and_gradient(tuple(part[:num_videos] for part in data))[0]
    assert abs(alone - ranks[0][0]) > 0.1


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match='-1'):
        SequenceContrastiveLoss(variance=-1)
    with pytest.raises(ValueError, match=r'-0\.1'):
        SequenceContrastiveLoss(eps=-0.1)
    with pytest.raises(ValueError, match="'batches'"):
        SequenceContrastiveLoss(negatives='batches')
    with pytest.raises(TypeError, match='tau'):
        MODELS.build({'type': 'SequenceContrastiveLoss', 'tau': 1.0})
