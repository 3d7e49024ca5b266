import pytest
import torch

from carl_mm.functional import frame_features
from carl_mm.models import FrameProjection


@pytest.mark.parametrize('channels', [5, 300])
def test_each_video_as_frame_features_does(channels):
    videos = torch.randn(2, 7, channels)
    neck = FrameProjection(channels)
    found = neck(videos, torch.ones(2, 7, dtype=torch.bool))
    assert found.shape == (2, 7, neck.out_channels)
    for video, own in zip(videos, found, strict=True):
        torch.testing.assert_close(own, frame_features(video))
    assert not list(neck.parameters())


def test_another_width_is_named():
    with pytest.raises(ValueError, match='6'):
        FrameProjection(5)(torch.zeros(1, 2, 6))
