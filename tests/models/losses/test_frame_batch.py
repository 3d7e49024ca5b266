import pytest
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


def test_lengths_and_actions_may_be_unknown():
    flags = torch.ones(2, 3, 4, dtype=torch.bool)
    batch = FrameBatch(torch.randn(2, 3, 4, 5), flags.long(), flags)
    for frames, videos in ((batch, 2), (batch.by_view(), 6)):
        assert frames.actions == [None] * videos
        assert frames.groups.tolist() == [0] * videos
        with pytest.raises(ValueError, match=r'needs the length .* total_frames'):
            frames.video_lengths  # noqa: B018
