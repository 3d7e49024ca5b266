import pytest
import torch

from carl_mm.datasets.video_io.open_video import VideoDecodeError
from carl_mm.models import OpticalFlowGrid
from carl_mm.models.recognizers.video_features import VideoFeatures, gather
from tests.models.clips import Stream

CPU = torch.device('cpu')


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
