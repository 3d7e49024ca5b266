"""Our necks see views and padding as in our own recognizer."""

import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample

from carl_mm.models.necks.recognizer2d import views_of

NECK = dict(type='TemporalTransformer', in_channels=6, num_frames=5, num_layers=1)


def batch_samples(videos=3, views=2, length=5):
    """Samples as `PackActionInputs` makes them; the last frame of some is padding."""
    samples = []
    for index in range(videos):
        inds = torch.arange(views * length).view(views, length) + index
        valid = torch.ones(views, length, dtype=torch.bool)
        valid[0, -1] = index > 0
        meta = dict(view_inds=inds.numpy(), valid=valid.numpy())
        samples.append(ActionDataSample(metainfo=meta))
    return samples


def test_each_view_is_embedded_by_itself():
    torch.manual_seed(0)
    neck = MODELS.build(dict(type='Recognizer2DNeck', neck=NECK)).eval()
    samples, maps = batch_samples(), torch.randn(3, 6, 10, 4, 2)
    embedding, losses = neck((None, maps), data_samples=samples)
    assert embedding.shape == (3, 2, 5, 128)
    assert losses == {}
    for video in range(3):
        for view in range(2):
            frames = [maps[video, :, view * 5 + t].mean((1, 2)) for t in range(5)]
            valid = torch.as_tensor(samples[video].valid)[view][None]
            expected = neck.neck(torch.stack(frames)[None], valid)[0]
            assert torch.allclose(embedding[video, view], expected, atol=1e-5)


def test_without_samples_all_frames_are_one_view():
    neck = MODELS.build(dict(type='Recognizer2DNeck', neck=NECK)).eval()
    maps = torch.randn(2, 6, 7, 1, 1)
    embedding, _ = neck([maps])
    expected = neck.neck(maps[..., 0, 0].transpose(1, 2))
    assert torch.equal(embedding, expected[:, None])


def test_views_of_a_batch():
    inds, valid = views_of(batch_samples(), torch.device('cpu'))
    assert inds[2].tolist() == [[2, 3, 4, 5, 6], [7, 8, 9, 10, 11]]
    assert (inds.dtype, valid.dtype) == (torch.int64, torch.bool)
    assert valid.sum() == 29


@pytest.mark.parametrize('key', ['view_inds', 'valid'])
def test_a_pipeline_that_packs_no_views_is_told_what_to_add(key):
    whole, lacking = batch_samples(2)
    meta = {name: value for name, value in lacking.metainfo_items() if name != key}
    samples = [whole, ActionDataSample(metainfo=meta)]
    with pytest.raises(ValueError, match=f"no {key}: add 'view_inds' and 'valid' to"):
        views_of(samples, torch.device('cpu'))
