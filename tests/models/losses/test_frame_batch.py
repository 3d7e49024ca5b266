import torch

from carl_mm.models import FrameBatch


def test_by_view_each_view_is_a_video():
    embedding = torch.randn(3, 2, 4, 5)
    frame_inds = torch.arange(24).view(3, 2, 4)
    valid = frame_inds % 5 > 0
    lengths = torch.tensor([7, 8, 9])
    batch = FrameBatch(embedding, frame_inds, valid, lengths, ['a', None, 'a'])
    assert batch.groups.tolist() == [0, 1, 0]
    views = batch.by_view()
    for video in range(3):
        for view in range(2):
            row = 2 * video + view
            assert torch.equal(views.embedding[row], embedding[video, view])
            assert torch.equal(views.frame_inds[row], frame_inds[video, view])
            assert torch.equal(views.valid[row], valid[video, view])
    assert views.video_lengths.tolist() == [7, 7, 8, 8, 9, 9]
    assert views.actions == ['a', 'a', None, None, 'a', 'a']
    assert views.groups.tolist() == [0, 0, 1, 1, 0, 0]
    assert views.groups.dtype == torch.int64
