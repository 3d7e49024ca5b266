import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from torch.nn.functional import normalize

from carl_mm.models import ClipContrastiveHead, ClipLinearHead


def test_the_projection_is_the_papers():
    head = ClipContrastiveHead()
    kinds = [type(layer).__name__ for layer in head.projection]
    assert kinds == ['Linear', 'BatchNorm1d', 'ReLU'] * 3 + ['Linear']
    linears = [layer for layer in head.projection if isinstance(layer, torch.nn.Linear)]
    sizes = [(layer.in_features, layer.out_features) for layer in linears]
    assert sizes == [(2048, 2048)] * 3 + [(2048, 128)]


def test_the_head_compares_the_two_clips_of_each_video():
    head = ClipContrastiveHead(6, 6, 6, num_hidden=0)
    head.projection = torch.nn.Identity()
    feature = torch.randn(5, 1, 6).repeat(1, 2, 1)
    close = head.loss(feature)['loss']
    mixed = head.loss(torch.stack([feature[:, 0], feature[:, 0].roll(1, 0)], 1))['loss']
    assert close < mixed
    with torch.autocast('cpu', torch.bfloat16):
        torch.testing.assert_close(head.loss(feature)['loss'], close)


@pytest.mark.parametrize('normalize_feature', [True, False])
def test_the_linear_head(normalize_feature):
    head = ClipLinearHead(3, 6, normalize=normalize_feature)
    maps = torch.randn(4, 6, 2, 3, 3)
    feature = maps.mean((2, 3, 4))
    if normalize_feature:
        feature = normalize(feature, dim=1)
    expected = feature @ head.fc_cls.weight.T + head.fc_cls.bias
    torch.testing.assert_close(head(maps), expected)
    with torch.autocast('cpu', torch.bfloat16):
        assert head(maps).dtype == torch.float32
        samples = [ActionDataSample().set_gt_label(i % 3) for i in range(4)]
        losses = head.loss(maps, samples)
    assert losses['loss_cls'].isfinite()
    # Two clips a video: the mean of their probabilities.
    predicted = head.predict(maps, samples[:2])
    shares = expected.softmax(1).view(2, 2, 3).mean(1)
    torch.testing.assert_close(torch.stack([s.pred_score for s in predicted]), shares)


def test_predictions_are_before_the_projection_and_of_unit_length():
    feature = torch.randn(3, 6, dtype=torch.bfloat16)
    out = ClipContrastiveHead(6, 6, 4).predict(feature)
    torch.testing.assert_close(out, normalize(feature.float(), dim=1))


def test_unknown_arguments_are_named():
    with pytest.raises(TypeError, match='hiden'):
        MODELS.build({'type': 'ClipContrastiveHead', 'hiden_channels': 8})
