import pytest
import torch
import torch.nn.functional as nnf
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample

from carl_mm.models import FramewiseLoss, FramewiseLossHead
from carl_mm.models.heads import base as heads


@MODELS.register_module(name='TestSeen', force=True)
class Seen(FramewiseLoss):
    """Keeps what it was given; its value is the mean square."""

    def __init__(self, per_video=False):
        super().__init__()
        self.per_video = per_video

    def forward(self, batch):
        self.seen = batch
        return batch.embedding.square().sum(-1)[batch.valid].mean()


def batch(videos=2, num_views=2, length=6, channels=16):
    torch.manual_seed(0)
    embedding = torch.randn(videos, num_views, length, channels)
    frame_inds = torch.arange(length).expand(videos, num_views, length).clone()
    valid = torch.ones(videos, num_views, length, dtype=torch.bool)
    valid[-1, 0, 4:] = False
    samples = [
        ActionDataSample(metainfo={'total_frames': 10 + n, 'action': action})
        for n, action in enumerate(['pour', None, 'pour'][:videos])
    ]
    return embedding, frame_inds, valid, samples


@pytest.mark.parametrize('num_views', [1, 2])
def test_the_loss_gets_all_it_may_need(num_views):
    head = FramewiseLossHead({'type': 'TestSeen'}, 16)
    embedding, frame_inds, valid, samples = batch(num_views=num_views)
    loss = head.loss(embedding, frame_inds, valid, samples)['loss']
    seen = head.loss_module.seen
    assert torch.equal(seen.embedding, embedding)
    assert seen.frame_inds is frame_inds
    assert seen.valid is valid
    assert seen.video_lengths.tolist() == [10, 11]
    assert seen.video_lengths.dtype == torch.int64
    assert seen.actions == ['pour', None]
    torch.testing.assert_close(loss, embedding.square().sum(-1)[valid].mean())


def test_projection_and_normalisation():
    head = FramewiseLossHead({'type': 'TestSeen'}, 16, 8, normalize=True).eval()
    embedding, *rest = batch()
    head.loss(embedding, *rest)
    expected = nnf.normalize(head.projection(embedding.view(-1, 16)), dim=-1)
    torch.testing.assert_close(
        head.loss_module.seen.embedding, expected.view(2, 2, 6, 8)
    )
    assert [tuple(w.shape) for w in head.projection.parameters()][0] == (8, 16)


def test_without_a_projection_nothing_is_learnt_in_the_head():
    assert not list(FramewiseLossHead({'type': 'TestSeen'}).parameters())


def test_full_precision_under_autocast():
    head = FramewiseLossHead({'type': 'TestSeen'}, 16, 8)
    with torch.autocast('cpu', torch.bfloat16):
        loss = head.loss(*batch())['loss']
    assert head.loss_module.seen.embedding.dtype == loss.dtype == torch.float32


@pytest.mark.parametrize('samples', [None, 'without total_frames'])
def test_only_a_loss_that_asks_for_lengths_needs_them(samples):
    head = FramewiseLossHead({'type': 'TestSeen'}, 16)
    embedding, frame_inds, valid, known = batch()
    if samples is not None:
        del known[1].total_frames
        samples = known
    expected = embedding.square().sum(-1)[valid].mean()
    loss = head.loss(embedding, frame_inds, valid, samples)['loss']
    torch.testing.assert_close(loss, expected)
    assert head.loss_module.seen.actions == ['pour' if samples else None, None]
    with pytest.raises(ValueError, match='must have total_frames'):
        head.loss_module.seen.video_lengths  # noqa: B018


def test_the_hidden_layer_has_a_width_of_its_own():
    head = FramewiseLossHead({'type': 'TestSeen'}, 16, 8, hidden_channels=5)
    shapes = [tuple(w.shape) for w in head.projection.parameters() if w.dim() == 2]
    assert shapes == [(5, 16), (8, 5)]


def test_a_loss_that_is_none_is_told_what_to_derive_from():
    @MODELS.register_module(name='TestPlainModule', force=True)
    class Plain(torch.nn.Module):
        def forward(self, embedding, frame_inds, valid):
            return embedding.sum()

    with pytest.raises(TypeError, match=r'Plain is not.*FramewiseLoss.*FrameBatch'):
        FramewiseLossHead({'type': 'TestPlainModule'})


def test_predictions_are_before_the_projection():
    head = FramewiseLossHead({'type': 'TestSeen'}, 16, 8)
    embedding = torch.randn(7, 16, dtype=torch.bfloat16)
    out = head.predict(embedding)
    assert out.dtype == torch.float32
    torch.testing.assert_close(out, nnf.normalize(embedding.float(), dim=-1))


@pytest.mark.parametrize(
    ('per_video', 'mean', 'share'), [(False, 33, 22 / 33), (True, 4, 2 / 4)]
)
def test_processes_are_weighed_by_frames_or_videos(per_video, mean, share, monkeypatch):
    head = FramewiseLossHead({'type': 'TestSeen', 'per_video': per_video}, 16)
    embedding, frame_inds, valid, samples = batch()
    alone = head.loss(embedding, frame_inds, valid, samples)['loss']
    monkeypatch.setattr(heads.dist, 'all_reduce', lambda t, op: t.fill_(mean))
    loss = head.loss(embedding, frame_inds, valid, samples)['loss']
    torch.testing.assert_close(loss, alone * share)


def test_bad_input_is_named():
    head = FramewiseLossHead({'type': 'TestSeen'}, 16)
    embedding, frame_inds, valid, samples = batch()
    with pytest.raises(ValueError, match='2 videos need as many data_samples, got 1'):
        head.loss(embedding, frame_inds, valid, samples[:1])
    with pytest.raises(ValueError, match='at least 1, got 0 and 0'):
        FramewiseLossHead({'type': 'TestSeen'}, 16, 0)
    with pytest.raises(ValueError, match='hidden_channels is 8, but without'):
        FramewiseLossHead({'type': 'TestSeen'}, 16, hidden_channels=8)
    with pytest.raises(TypeError, match='normalise'):
        MODELS.build(
            {'type': 'FramewiseLossHead', 'loss': {'type': 'TestSeen'}, 'normalise': 1}
        )
