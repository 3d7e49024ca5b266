import pytest
import torch
import torch.nn.functional as nnf
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample

import carl_mm.models.heads.sequence_contrastive as heads
from carl_mm.models import FramewiseLossHead


@MODELS.register_module(name='TestSeen', force=True)
class Seen(torch.nn.Module):
    """Keeps what it was given; its value is the mean square."""

    def __init__(self, per_video=False):
        super().__init__()
        if per_video:
            self.per_video = True

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
    with pytest.raises(ValueError, match='got none'):
        head.loss(embedding, frame_inds, valid, None)
    samples[1] = ActionDataSample(metainfo={'filename': 'b.mp4'})
    with pytest.raises(ValueError, match=r'b\.mp4: no total_frames'):
        head.loss(embedding, frame_inds, valid, samples)
    with pytest.raises(ValueError, match='got 0'):
        FramewiseLossHead({'type': 'TestSeen'}, 16, 0)
    with pytest.raises(TypeError, match='normalise'):
        MODELS.build(
            {'type': 'FramewiseLossHead', 'loss': {'type': 'TestSeen'}, 'normalise': 1}
        )
