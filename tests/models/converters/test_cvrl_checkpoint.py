"""CVRL's released names: a random checkpoint, renamed by hand, computes the same."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmaction.registry import MODELS

from carl_mm.models.converters.cvrl_checkpoint import from_released

BLOCKS = (3, 4, 6, 3)
END = '/.ATTRIBUTES/VARIABLE_VALUE'
NETWORK = {
    'type': 'CVRLResNet3d',
    'depth': 50,
    'pretrained': None,
    'conv1_kernel': (5, 7, 7),
    'conv1_stride_t': 2,
    'pool1_stride_t': 1,
    'with_pool2': False,
    'inflate': (0, 0, 1, 1),
    'released': True,
}


def released(width=4, owner='backbone/', seed=0):
    """Variables as the released code stores them, (T, H, W, in, out) kernels."""
    rng = np.random.default_rng(seed)
    arrays = {}

    def conv(name, *shape):
        scale = np.sqrt(2 / np.prod(shape[:-1]))
        arrays[f'{owner}{name}/kernel{END}'] = scale * rng.normal(size=shape)

    def norm(name, channels):
        for part, low in (('gamma', 0.5), ('beta', -0.2), ('moving_mean', -0.2)):
            values = rng.uniform(low, low + 0.5, channels)
            arrays[f'{owner}{name}/{part}{END}'] = values
        values = rng.uniform(0.5, 1.5, channels)
        arrays[f'{owner}{name}/moving_variance{END}'] = values

    conv('layer_with_weights-0', 5, 7, 7, 3, width)
    norm('layer_with_weights-1', width)
    number, channels = 2, width
    for stage, count in enumerate(BLOCKS):
        filters, length = width * 2**stage, (1, 1, 3, 3)[stage]
        for block in range(count):
            layer = f'layer_with_weights-{number}'
            if block == 0:
                conv(f'{layer}/_shortcut_conv', 1, 1, 1, channels, 4 * filters)
                norm(f'{layer}/_norm0', 4 * filters)
            conv(f'{layer}/_temporal_conv', length, 1, 1, channels, filters)
            norm(f'{layer}/_norm1', filters)
            conv(f'{layer}/_spatial_conv', 1, 3, 3, filters, filters)
            norm(f'{layer}/_norm2', filters)
            conv(f'{layer}/_expand_conv', 1, 1, 1, filters, 4 * filters)
            norm(f'{layer}/_norm3', 4 * filters)
            channels, number = 4 * filters, number + 1
    return arrays


def same_conv(x, kernel, stride):
    """TensorFlow's convolution with padding 'SAME'."""
    widths = []
    axes = x.shape[:1:-1], kernel.shape[2::-1], stride[::-1]
    for size, length, step in zip(*axes, strict=True):
        total = max((-(-size // step) - 1) * step + length - size, 0)
        widths += [total // 2, total - total // 2]
    weight = torch.from_numpy(kernel.transpose(4, 3, 0, 1, 2).copy())
    return F.conv3d(F.pad(x, widths), weight, stride=stride)


def by_the_released_code(arrays, x):
    """Its layers one after the other, straight from its variables, in float64."""

    def get(name, tensor):
        return arrays[f'backbone/{name}/{tensor}{END}']

    def conv(x, name, stride=(1, 1, 1)):
        return same_conv(x, get(name, 'kernel'), stride)

    def norm(x, name):
        mean, var, gamma, beta = (
            torch.from_numpy(get(name, part)).view(1, -1, 1, 1, 1)
            for part in ('moving_mean', 'moving_variance', 'gamma', 'beta')
        )
        return (x - mean) / (var + 1e-5).sqrt() * gamma + beta

    x = conv(x, 'layer_with_weights-0', (2, 2, 2))
    x = norm(x, 'layer_with_weights-1').relu()
    x = F.max_pool3d(F.pad(x, (0, 1, 0, 1)), (1, 3, 3), (1, 2, 2))  # sizes are even
    number = 2
    for stage, count in enumerate(BLOCKS):
        for block in range(count):
            layer = f'layer_with_weights-{number}'
            step = 2 if stage and not block else 1
            shortcut, stride = x, (1, step, step)
            if not block:
                shortcut = norm(
                    conv(x, f'{layer}/_shortcut_conv', stride), f'{layer}/_norm0'
                )
            y = norm(conv(x, f'{layer}/_temporal_conv'), f'{layer}/_norm1').relu()
            y = conv(y, f'{layer}/_spatial_conv', stride)
            y = norm(y, f'{layer}/_norm2').relu()
            y = norm(conv(y, f'{layer}/_expand_conv'), f'{layer}/_norm3')
            x, number = (y + shortcut).relu(), number + 1
    return x


@torch.no_grad()
def test_the_converted_network_computes_what_the_released_one_does():
    arrays = released()
    checkpoint, left_out = from_released(arrays)
    assert left_out == []
    model = MODELS.build({**NETWORK, 'base_channels': 4}).double().eval()
    weights = {
        name.removeprefix('backbone.'): tensor.double()
        for name, tensor in checkpoint['state_dict'].items()
    }
    missing, unexpected = model.load_state_dict(weights, strict=False)
    assert not unexpected
    assert all(name.endswith('num_batches_tracked') for name in missing)
    generator = torch.Generator().manual_seed(0)
    clip = torch.rand(1, 3, 8, 64, 64, generator=generator, dtype=torch.float64)
    expected = by_the_released_code(arrays, clip)
    torch.testing.assert_close(model(clip), expected, rtol=1e-4, atol=1e-4)
    plain = MODELS.build({**NETWORK, 'base_channels': 4, 'released': False})
    plain = plain.double().eval()
    plain.load_state_dict(weights, strict=False)
    assert not torch.allclose(plain(clip), expected, rtol=0.1)


@pytest.mark.parametrize('owner', ['', 'backbone/', 'model/backbone/'])
def test_the_head_and_the_optimizer_are_left_out(owner):
    arrays = released(owner=owner)
    count = len(arrays)
    others = {'save_counter' + END: np.zeros(())}
    if owner:
        others |= {f'model/layer_with_weights-1/kernel{END}': np.zeros((8, 8))}
    kernel = f'{owner}layer_with_weights-0/kernel/.OPTIMIZER_SLOT/optimizer/momentum'
    others |= {kernel + END: np.zeros((5, 7, 7, 3, 4))}
    checkpoint, left_out = from_released({**arrays, **others})
    assert len(checkpoint['state_dict']) == count
    assert sorted(left_out) == sorted(others)


def test_what_is_wrong_is_named():
    arrays = released()
    name = f'backbone/layer_with_weights-5/_norm2/gamma{END}'
    kept = {key: value for key, value in arrays.items() if key != name}
    with pytest.raises(ValueError, match=r'layer2\.0\.conv2\.bn\.weight is missing'):
        from_released(kept)
    with pytest.raises(ValueError, match=r'has shape \(3,\), expected \(8,\)'):
        from_released({**arrays, name: np.zeros(3)})
    with pytest.raises(ValueError, match='_norm9/gamma'):
        from_released({**arrays, name.replace('_norm2', '_norm9'): np.zeros(8)})
    with pytest.raises(ValueError, match='21 layers with weights: an R3D-50 has 18'):
        from_released({**arrays, name.replace('-5/', '-20/'): np.zeros(8)})
    with pytest.raises(ValueError, match='among its 1 variables'):
        from_released({'weights': np.zeros(3)})
