import numpy as np
import pytest
import torch
from mmaction.structures import ActionDataSample

from carl_mm.datasets.video_io.open_video import VideoDecodeError
from carl_mm.visualization.tested_video import TestedVideo


@pytest.fixture
def sample(make_videos):
    file = make_videos(lengths=(6,)) / 'videos' / 'video_0.mp4'
    found = ActionDataSample(metainfo={'filename': str(file), 'fps': 25.0})
    found.pred_embedding = torch.eye(6, 4)
    found.gt_label = torch.tensor([0, 0, 1, 1, -1, -1])
    return found


def test_a_data_sample_and_its_dict_give_the_same(sample):
    for prediction in (sample, sample.to_dict()):
        video = TestedVideo.from_prediction(prediction)
        assert video.name == 'video_0'
        np.testing.assert_array_equal(video.embedding, np.eye(6, 4))
        assert video.labels.tolist() == [0, 0, 1, 1, -1, -1]
        assert video.fps == 25
    del sample.gt_label
    assert TestedVideo.from_prediction(sample).labels.tolist() == [-1] * 6


def test_frames_in_any_order_shrunk(sample):
    video = TestedVideo.from_prediction(sample)
    whole = video.reader.read(range(6))
    frames = video.read([4, 1, 4])
    for frame, index in zip(frames, (4, 1, 4), strict=True):
        np.testing.assert_array_equal(frame, whole[index])
    small = video.read([2], max_height=32)[0]
    assert small.shape == (32, 32, 3)
    assert small.mean() == pytest.approx(whole[2].mean(), abs=2)


def test_captions_hold_the_containers_time(sample):
    video = TestedVideo.from_prediction(sample)
    assert video.caption(3, ['x', 'y']) == '0.12 s, y'
    assert video.caption(5, ['x', 'y']) == '0.20 s'
    assert video.caption(3, None) == '0.12 s'


def test_a_file_that_is_gone_is_named(sample):
    sample.set_metainfo({'filename': '/nowhere/gone.mp4'})
    with pytest.raises(VideoDecodeError, match='gone.mp4'):
        TestedVideo.from_prediction(sample).read([0])
