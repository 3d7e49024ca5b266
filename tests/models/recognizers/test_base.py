import pytest
import torch
from mmaction.structures import ActionDataSample

from carl_mm.datasets.video_io.open_video import VideoDecodeError
from carl_mm.models.recognizers.base import WholeVideoRecognizer


class Lengths(WholeVideoRecognizer):
    """Embeds a frame as its place; 'damaged' cannot be decoded."""

    def __init__(self):
        torch.nn.Module.__init__(self)

    def extract_feat(self, inputs):
        raise NotImplementedError

    def predict_video(self, video, sample):
        if video == 'damaged':
            raise VideoDecodeError('b.mp4: cannot be decoded')
        if video == 'bug':
            raise KeyError('of our own')
        assert not torch.is_grad_enabled()
        sample.pred_embedding = torch.arange(len(video)).view(-1, 1)
        sample.controls = {'position': sample.pred_embedding}


def labelled():
    sample = ActionDataSample(metainfo={'filename': 'a.mp4'})
    sample.gt_label = torch.zeros(4, dtype=torch.int64)
    return sample


def test_each_video_on_its_own_and_one_that_is_damaged_is_left_out():
    samples = [labelled() for _ in range(4)]
    found = Lengths().predict(['abcd', 'damaged', '', 'abc'], samples)
    assert found is samples
    lengths = [len(sample.pred_embedding) for sample in samples]
    assert lengths == [4, 0, 0, 3]
    assert [len(sample.gt_label) for sample in samples] == [4, 0, 0, 4]
    assert [len(sample.controls) for sample in samples] == [1, 0, 0, 1]
    problems = [sample.get('problem') for sample in samples]
    assert problems == [None, 'b.mp4: cannot be decoded', None, None]


def test_other_errors_pass():
    with pytest.raises(KeyError, match='of our own'):
        Lengths().predict(['bug'], [labelled()])


def test_every_video_needs_a_sample():
    with pytest.raises(ValueError, match='zip'):
        Lengths().predict(['abc', 'abc'], [labelled()])
