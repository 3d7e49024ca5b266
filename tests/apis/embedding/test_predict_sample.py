import pytest
import torch
from mmengine.dataset import pseudo_collate

from carl_mm.apis.embedding.predict_sample import predict_sample
from carl_mm.apis.embedding.trained_model import load_trained
from carl_mm.datasets import VideoDecodeError


@pytest.fixture(scope='module')
def trained(work_dir):
    return load_trained(work_dir, None, False)


def prepare(trained, path):
    results = {'filename': str(path)}
    for step in trained.steps:
        results = step(results)
    return results


def test_it_is_what_test_step_gives(trained, make_videos):
    path = make_videos(lengths=(12, 9)) / 'videos' / 'video_0.mp4'
    sample = predict_sample(trained.model, prepare(trained, path))
    packed = pseudo_collate([prepare(trained, path)])
    (expected,) = trained.model.test_step(packed)
    torch.testing.assert_close(sample.pred_embedding, expected.pred_embedding)
    assert not sample.pred_embedding.requires_grad


def test_a_damaged_video_raises(trained, make_videos, break_middle):
    path = make_videos(lengths=(90, 9)) / 'videos' / 'video_0.mp4'
    break_middle(path)
    with pytest.raises(VideoDecodeError, match=r'video_0\.mp4: cannot be decoded'):
        predict_sample(trained.model, prepare(trained, path))
    (sample,) = trained.model.test_step(pseudo_collate([prepare(trained, path)]))
    assert len(sample.pred_embedding) == 0
