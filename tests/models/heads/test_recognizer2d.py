"""Our heads in a `Recognizer2D` give the values they give in our own recognizer."""

import pytest
import torch
from mmaction.registry import MODELS

from carl_mm.models.necks.recognizer2d import views_of
from tests.models.necks.test_recognizer2d import batch_samples

HEAD = dict(type='SequenceContrastiveHead', in_channels=8)


def test_the_loss_is_that_of_the_head_itself():
    torch.manual_seed(0)
    head = MODELS.build(dict(type='Recognizer2DHead', head=HEAD)).eval()
    samples, embedding = batch_samples(), torch.randn(3, 2, 5, 8)
    inds, valid = views_of(samples, embedding.device)
    expected = head.head.loss(embedding, inds, valid, samples)
    found = head.loss(embedding, samples, num_segs=1, fcn_test=False, loss_aux={})
    assert found.keys() == {'loss'}
    assert found['loss'] == expected['loss'] > 0
    other = batch_samples()
    for sample in other:
        sample.set_metainfo(dict(view_inds=sample.view_inds[::-1].copy()))
    assert head.loss(embedding, other)['loss'] != expected['loss']


def test_views_of_one_frame_which_recognizer2d_squeezes_keep_their_shape():
    head = MODELS.build(dict(type='Recognizer2DHead', head=HEAD)).eval()
    samples = batch_samples(length=1)
    for sample in samples:
        sample.set_metainfo(dict(valid=[[True], [True]]))
    assert head.loss(torch.randn(3, 2, 1, 8).squeeze(2), samples)['loss'].isfinite()


def test_embeddings_are_written_to_the_samples_as_metrics_read_them():
    head = MODELS.build(dict(type='Recognizer2DHead', head=HEAD))
    embedding = torch.randn(3, 1, 5, 8)
    samples = head.predict(embedding, batch_samples(), num_segs=1, fcn_test=False)
    for sample, frames in zip(samples, embedding, strict=True):
        expected = frames[0] / frames[0].norm(dim=1, keepdim=True)
        assert torch.allclose(sample.pred_embedding, expected)
    assert torch.equal(head(embedding), embedding)


def test_another_head_is_refused():
    with pytest.raises(TypeError, match='TSNHead is not a frame-wise head'):
        head = dict(type='TSNHead', num_classes=2, in_channels=8)
        MODELS.build(dict(type='Recognizer2DHead', head=head))
