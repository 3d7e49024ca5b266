"""Convert the backbone of CVRL's released checkpoints to ours by renaming tensors.

The files are TensorFlow's: layers are numbered in the order in which they were built,
kernels are stored as (T, H, W, in, out). `CVRLResNet3d` must then pad as the released
code does, ``released=True``.
"""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from carl_mm.models.backbones.cvrl_resnet3d import CVRLResNet3d

NAME = re.compile(
    r'(?P<owner>.*?/)?layer_with_weights-(?P<layer>\d+)/(?:(?P<part>\w+)/)?'
    r'(?P<tensor>kernel|gamma|beta|moving_mean|moving_variance)'
    r'(?:/\.ATTRIBUTES/VARIABLE_VALUE)?'
)
TENSORS = {
    'kernel': 'weight',
    'gamma': 'weight',
    'beta': 'bias',
    'moving_mean': 'running_mean',
    'moving_variance': 'running_var',
}
PARTS = {  # of a bottleneck: released, ours
    '_temporal_conv': 'conv1.conv',
    '_norm1': 'conv1.bn',
    '_spatial_conv': 'conv2.conv',
    '_norm2': 'conv2.bn',
    '_expand_conv': 'conv3.conv',
    '_norm3': 'conv3.bn',
    '_shortcut_conv': 'downsample.conv',
    '_norm0': 'downsample.bn',
}
STEM = {0: 'conv1.conv', 1: 'conv1.bn'}
NUM_NAMED = 5  # number of tensors that an error names; it counts the others


def from_released(arrays: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Turn the variables of a released checkpoint into a checkpoint of ours.

    Args:
        arrays: Variables by their names in the checkpoint, such as
            ``backbone/layer_with_weights-2/_norm1/gamma/.ATTRIBUTES/VARIABLE_VALUE``.

    Returns:
        A checkpoint with ``state_dict``, whose names begin with ``backbone.``, and the
        names of the variables that are not the backbone's and were left out.

    Raises:
        ValueError: It is no backbone of CVRL, or tensors are missing, unknown or of a
            wrong shape; they are named.
    """
    matches = {name: match for name in arrays if (match := NAME.fullmatch(name))}
    inside = {n: m for n, m in matches.items() if 'backbone/' in (m['owner'] or '')}
    inside = inside or matches
    if not inside:
        raise ValueError(
            f'no layer_with_weights-0/kernel among its {len(arrays)} variables: it is '
            "not a checkpoint of CVRL's released code"
        )
    depth = _depth(1 + max(int(match['layer']) for match in inside.values()))
    places = _places(depth)
    renamed = {
        _our_name(match, places): _as_torch(arrays[name])
        for name, match in inside.items()
    }
    _check(renamed, depth)
    state = {f'backbone.{name}': tensor for name, tensor in renamed.items()}
    return {'state_dict': state}, [name for name in arrays if name not in inside]


def _depth(num_layers: int) -> int:
    """Tell the network by its number of layers with weights."""
    known: dict[int, int] = {
        len(STEM) + sum(blocks): depth
        for depth, (_, blocks) in CVRLResNet3d.arch_settings.items()
        if depth >= 50
    }
    if num_layers not in known:
        each = ', '.join(f'an R3D-{depth} has {n}' for n, depth in known.items())
        raise ValueError(f'{num_layers} layers with weights: {each}')
    return known[num_layers]


def _places(depth: int) -> list[str]:
    """Return where each numbered layer behind the stem is, ``layer1.0`` and so on."""
    return [
        f'layer{stage}.{block}'
        for stage, count in enumerate(CVRLResNet3d.arch_settings[depth][1], 1)
        for block in range(count)
    ]


def _our_name(match: re.Match[str], places: list[str]) -> str:
    layer, part = int(match['layer']), match['part']
    tensor = TENSORS[match['tensor']]
    if layer in STEM and part is None:
        return f'{STEM[layer]}.{tensor}'
    if layer not in STEM and part in PARTS:
        return f'{places[layer - len(STEM)]}.{PARTS[part]}.{tensor}'
    raise ValueError(f"{match[0]}: no variable of CVRL's R3D")


def _as_torch(array: Any) -> Tensor:
    values = np.asarray(array)
    if values.ndim == 5:
        values = values.transpose(4, 3, 0, 1, 2)
    return torch.from_numpy(np.array(values, dtype=np.float32))


def _check(renamed: dict[str, Tensor], depth: int) -> None:
    """Compare names and shapes with those of the network."""
    stem = renamed.get('conv1.conv.weight')
    with torch.device('meta'):
        network = CVRLResNet3d(
            depth=depth,
            pretrained=None,
            base_channels=64 if stem is None else len(stem),
            conv1_kernel=(5, 7, 7),
            conv1_stride_t=2,
            pool1_stride_t=1,
            with_pool2=False,
            inflate=(0, 0, 1, 1),
        )
    shapes = {
        name: tuple(tensor.shape)
        for name, tensor in network.state_dict().items()
        if not name.endswith('num_batches_tracked')
    }
    problems = [f'{name} is missing' for name in shapes if name not in renamed]
    for name, tensor in renamed.items():
        if name not in shapes:
            problems.append(f'{name} is unknown')
        elif tuple(tensor.shape) != shapes[name]:
            problems.append(
                f'{name} has shape {tuple(tensor.shape)}, expected {shapes[name]}'
            )
    if problems:
        rest = len(problems) - NUM_NAMED
        named = problems[:NUM_NAMED] + [f'and {rest} more'] * (rest > 0)
        raise ValueError(f"these tensors are not an R3D's: {'; '.join(named)}")
