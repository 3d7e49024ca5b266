"""Convert CARL's published checkpoints to ours and back by renaming every tensor.

Both networks hold the same tensors, 393 with three encoder layers, of the same
shapes. What else a file holds (the optimizer's state, the published settings) has no
place in the other form; it is left out and listed.
"""

import re
from pathlib import Path
from typing import Any, NamedTuple

import torch
from mmpretrain.models import ResNet
from torch import Tensor

from carl_mm.files import atomic_write
from carl_mm.models import (
    FramewiseRecognizer,
    SequenceContrastiveHead,
    TemporalTransformer,
)

PREFIX = 'module.'  # of DataParallel
NUM_NAMED = 20  # number of tensors that an error names; it counts the others
MODULES = {  # published: ours
    'backbone.0': 'backbone.conv1',
    'backbone.1': 'backbone.bn1',
    'backbone.4': 'backbone.layer1',
    'backbone.5': 'backbone.layer2',
    'backbone.6': 'backbone.layer3',
    'res_finetune': 'backbone.layer4',
    'embed.fc_layers.1': 'neck.reduce.1',
    'embed.fc_layers.2': 'neck.reduce.2',
    'embed.fc_layers.5': 'neck.reduce.5',
    'embed.fc_layers.6': 'neck.reduce.6',
    'embed.video_emb': 'neck.reduce.8',
    'embed.embedding_layer': 'neck.to_out',
    'ssl_projection.net': 'cls_head.projection',
}
PUBLISHED, OURS = 0, 1  # the two forms, as indices
LAYERS = ('embed.video_encoder.enc_layers', 'neck.layers')
LAYER_MODULES = {
    'res_layer0.norm': 'attention_norm',
    'self_att.linear_Q2d': 'query',
    'self_att.linear_K2d': 'key',
    'self_att.linear_V2d': 'value',
    'self_att.linear_d2Q': 'project',
    'res_layer1.norm': 'feedforward_norm',
    'feed_forward.fc1': 'expand',
    'feed_forward.fc2': 'contract',
}


class Converted(NamedTuple):
    """A checkpoint in the other form.

    Args:
        checkpoint: Content of the file to save.
        num_layers: Number of its encoder's layers, as the config must have it.
        left_out: Names of the source's entries and tensors that have no place in it.
        absent: Names of a published checkpoint's entries and tensors that it lacks,
            as the source does not hold them.
    """

    checkpoint: dict[str, Any]
    num_layers: int
    left_out: list[str]
    absent: list[str]


def from_published(checkpoint: Any) -> Converted:
    """Turn a published checkpoint into one of `FramewiseRecognizer`.

    Args:
        checkpoint: Content of the published file; the names in its ``model_state``
            may start with ``module.``.

    Returns:
        A checkpoint with ``state_dict`` and ``meta``, with what the way back needs.

    Raises:
        ValueError: It is not a published checkpoint, or tensors are missing, unknown
            or of a wrong shape; they are named.
    """
    state = _entry(checkpoint, 'model_state')
    prefix = PREFIX if all(name.startswith(PREFIX) for name in state) else ''
    state = {name.removeprefix(prefix): tensor for name, tensor in state.items()}
    renamed, rest, num_layers = _rename(state, PUBLISHED, OURS)
    left_out = [name for name in checkpoint if name not in ('epoch', 'model_state')]
    left_out += [prefix + name for name in rest]
    epoch = int(checkpoint.get('epoch') or 0)
    published = {'epoch': epoch, 'prefix': prefix, 'left_out': left_out}
    ours = {'state_dict': renamed, 'meta': {'published': published}}
    return Converted(ours, num_layers, left_out, [])


def to_published(checkpoint: Any) -> Converted:
    """Turn a checkpoint of ours, converted or trained here, into the published form.

    Args:
        checkpoint: Content of the file, with ``state_dict`` and perhaps ``meta``.

    Returns:
        A checkpoint with ``epoch`` and ``model_state``.

    Raises:
        ValueError: It is not such a checkpoint, or tensors are missing, unknown or of
            a wrong shape; they are named.
    """
    state = _entry(checkpoint, 'state_dict')
    renamed, rest, num_layers = _rename(state, OURS, PUBLISHED)
    meta = checkpoint.get('meta') or {}
    trained = {'epoch': meta.get('epoch', 0), 'left_out': ['optimizer_state', 'cfg']}
    published = {'prefix': '', **trained, **meta.get('published', {})}
    named = {published['prefix'] + name: tensor for name, tensor in renamed.items()}
    left_out = [name for name in checkpoint if name not in ('meta', 'state_dict')]
    theirs = {'epoch': published['epoch'], 'model_state': named}
    return Converted(theirs, num_layers, left_out + rest, published['left_out'])


def write_checkpoint(
    path: str | Path, checkpoint: dict[str, Any], *, force: bool
) -> None:
    """Write a checkpoint; its file appears only once it is complete.

    Args:
        path: Where to write it.
        checkpoint: Content of the file.
        force: Whether an existing file is replaced.

    Raises:
        ValueError: The file exists and ``force`` is False.
    """
    path = Path(path)
    if path.exists() and not force:
        raise ValueError(f'{path}: exists; pass --force to replace it')
    atomic_write(path, lambda stream: torch.save(checkpoint, stream))


def _entry(checkpoint: Any, key: str) -> dict[str, Any]:
    state = checkpoint.get(key) if isinstance(checkpoint, dict) else None
    if isinstance(state, dict) and state and all(isinstance(n, str) for n in state):
        return state
    entries = list(checkpoint) if isinstance(checkpoint, dict) else type(checkpoint)
    raise ValueError(
        f'no tensors under {key!r}, it holds {entries}; a published checkpoint has '
        "them under 'model_state', one of ours (--to-published) under 'state_dict'"
    )


def _table(num_layers: int) -> list[tuple[tuple[str, str], torch.Size]]:
    """Return each tensor's two names, published and ours, and its shape."""
    modules = dict(MODULES)
    for index in range(num_layers):
        for theirs, ours in LAYER_MODULES.items():
            modules[f'{LAYERS[0]}.{index}.{theirs}'] = f'{LAYERS[1]}.{index}.{ours}'
    # num_frames is in no tensor's shape.
    neck = {'type': TemporalTransformer, 'in_channels': 2048, 'num_frames': 1}
    network = FramewiseRecognizer(
        backbone={'type': ResNet, 'depth': 50},
        neck={**neck, 'num_layers': num_layers},
        cls_head={'type': SequenceContrastiveHead},
        controls=(),
    )
    tensors = network.state_dict()
    return [
        ((theirs + name.removeprefix(ours), name), tensor.shape)
        for theirs, ours in modules.items()
        for name, tensor in tensors.items()
        if name.startswith(f'{ours}.')
    ]


def _rename(
    state: dict[str, Any], source: int, target: int
) -> tuple[dict[str, Tensor], list[str], int]:
    """Return the renamed tensors, the names outside the network, its layers."""
    layer = re.compile(rf'{re.escape(LAYERS[source])}\.(\d+)\.')
    found = {match[1] for match in map(layer.match, state) if match}
    num_layers = max(1, len(found))  # a state without layers then lacks the first
    targets = {
        names[source]: (names[target], shape) for names, shape in _table(num_layers)
    }
    parts = {name.split('.')[0] for name in targets}
    inside = {k: v for k, v in state.items() if k.split('.')[0] in parts}
    problems = [f'{name} is missing' for name in targets if name not in inside]
    for name, tensor in inside.items():
        if name not in targets:
            problems.append(f'{name} is unknown')
        elif not isinstance(tensor, Tensor):
            problems.append(f'{name} is a {type(tensor).__name__}, not a tensor')
        elif tensor.shape != targets[name][1]:
            shapes = tuple(tensor.shape), tuple(targets[name][1])
            problems.append('{} has shape {}, expected {}'.format(name, *shapes))
    if problems:
        rest = len(problems) - NUM_NAMED
        named = problems[:NUM_NAMED] + [f'and {rest} more'] * (rest > 0)
        raise ValueError(f"these tensors are not CARL's: {'; '.join(named)}")
    renamed = {targets[name][0]: tensor for name, tensor in inside.items()}
    return renamed, [name for name in state if name not in inside], num_layers
