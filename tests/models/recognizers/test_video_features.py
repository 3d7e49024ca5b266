import numpy as np
import pytest
import torch

from carl_mm.datasets.video_io.open_video import VideoDecodeError
from carl_mm.models import OpticalFlowGrid
from carl_mm.models.recognizers.video_features import (
    VideoFeatures,
    gather,
    measure,
    over_time,
)
from tests.models.clips import Stream

CPU = torch.device('cpu')


class Brightness:
    """Two values a frame; over time their mean is taken off."""

    out_channels = 2

    def __call__(self, frames, before=None):
        levels = frames.float().mean((1, 2, 3))
        return torch.stack((levels, -levels), dim=1)

    def over_time(self, values):
        return values - values.mean(0)


def network(frames):
    return frames.float().mean((2, 3))


@pytest.mark.parametrize('length', [1, 5, 6])
def test_a_stream_and_its_frames_have_the_same_features(length):
    video = torch.randint(0, 256, (length, 3, 4, 4)).byte()
    expected = network(video)
    for given in (video, Stream(video), expected):
        found = gather(VideoFeatures(network, (), length), given, 3, CPU)
        assert torch.equal(found, expected)


def test_a_damaged_stream_raises():
    stream = Stream(torch.zeros(4, 3, 2, 2), fails=True)
    with pytest.raises(VideoDecodeError, match='cannot be decoded'):
        gather(VideoFeatures(lambda x: x, (), 4), stream, 3, CPU)


@pytest.mark.parametrize('chunk_size', [1, 2, 3, 7])
def test_motion_stands_behind_the_features_whatever_the_chunks(chunk_size):
    torch.manual_seed(0)
    coarse = torch.randint(0, 256, (1, 3, 4, 4)).float()
    picture = torch.nn.functional.interpolate(coarse, size=(32, 32))[0].byte()
    video = torch.stack([picture.roll(step, dims=1) for step in (0, 2, 5, 6, 4, 4, 1)])
    motion = OpticalFlowGrid(size=32, grid=2)
    found = gather(VideoFeatures(network, [motion], 7), Stream(video), chunk_size, CPU)
    assert torch.equal(found[:, :3], network(video))
    assert torch.equal(found[:, 3:], motion.over_time(motion(video)))
    assert found[:, 3:].abs().sum() > 0
    cached = gather(VideoFeatures(network, [motion], 7), found, chunk_size, CPU)
    assert cached is found


@pytest.mark.parametrize('chunk_size', [1, 3, 7])
def test_several_extras_stand_in_their_order(chunk_size):
    torch.manual_seed(0)
    video = torch.randint(0, 256, (7, 3, 32, 32)).byte()
    extras = [Brightness(), OpticalFlowGrid(size=32, grid=1), Brightness()]
    found = gather(VideoFeatures(network, extras, 7), Stream(video), chunk_size, CPU)
    assert found.shape == (7, 3 + 2 + 3 + 2)
    levels = np.array([frame.mean() for frame in video.float().numpy()])
    levels -= levels.mean()
    for start in (3, 8):
        np.testing.assert_allclose(found[:, start], levels, atol=1e-3)
        np.testing.assert_allclose(found[:, start + 1], -levels, atol=1e-3)
    flow = extras[1]
    torch.testing.assert_close(found[:, 5:8], flow.over_time(flow(video)))
    assert torch.equal(found[:, 3:], over_time(extras, measure(extras, video)))


@pytest.mark.parametrize('length', [0, 1])
def test_extras_of_few_frames(length):
    extras = [OpticalFlowGrid(size=32, grid=1)]
    video = torch.zeros(length, 3, 32, 32, dtype=torch.uint8)
    assert over_time(extras, measure(extras, video)).shape == (length, 3)
