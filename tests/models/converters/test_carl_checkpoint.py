"""Against the published network, built here from its description alone."""

import math
from copy import deepcopy
from functools import partial

import pytest
import torch
import torch.nn.functional as F
import torchvision
from mmaction.registry import MODELS
from mmengine.config import Config
from torch import nn

from carl_mm.models.converters.carl_checkpoint import (
    from_published,
    to_published,
    write_checkpoint,
)
from tests.tools.processes import ROOT

NUM_FRAMES = 240  # of a training sequence, in configs/carl_finegym.py


def published_backbone():
    """conv1 to res4, and res5: torchvision's ResNet-50 cut in two."""
    children = list(torchvision.models.resnet50().children())
    return nn.Sequential(*children[:7]), children[7]


def published_shapes(num_layers):
    shapes = {}
    for part, module in zip(
        ('backbone', 'res_finetune'), published_backbone(), strict=True
    ):
        for name, tensor in module.state_dict().items():
            shapes[f'{part}.{name}'] = tuple(tensor.shape)

    def linear(name, width_in, width_out):
        shapes[f'{name}.weight'] = (width_out, width_in)
        shapes[f'{name}.bias'] = (width_out,)

    def batch_norm(name, width):
        for suffix in ('weight', 'bias', 'running_mean', 'running_var'):
            shapes[f'{name}.{suffix}'] = (width,)
        shapes[f'{name}.num_batches_tracked'] = ()

    linear('embed.fc_layers.1', 2048, 512)
    batch_norm('embed.fc_layers.2', 512)
    linear('embed.fc_layers.5', 512, 512)
    batch_norm('embed.fc_layers.6', 512)
    linear('embed.video_emb', 512, 256)
    for index in range(num_layers):
        layer = f'embed.video_encoder.enc_layers.{index}'
        for norm in ('res_layer0.norm', 'res_layer1.norm'):
            shapes[f'{layer}.{norm}.weight'] = shapes[f'{layer}.{norm}.bias'] = (256,)
        for name in ('linear_Q2d', 'linear_K2d', 'linear_V2d', 'linear_d2Q'):
            linear(f'{layer}.self_att.{name}', 256, 256)
        linear(f'{layer}.feed_forward.fc1', 256, 1024)
        linear(f'{layer}.feed_forward.fc2', 1024, 256)
    linear('embed.embedding_layer', 256, 128)
    linear('ssl_projection.net.0', 128, 128)
    batch_norm('ssl_projection.net.1', 128)
    linear('ssl_projection.net.3', 128, 128)
    return shapes


def random_tensor(name, shape, generator):
    if name.endswith('num_batches_tracked'):
        return torch.randint(1, 10**6, (), generator=generator)
    noise = torch.randn(shape, generator=generator)
    if name.endswith('running_var'):
        return 0.5 + noise.square()
    if len(shape) > 1:
        return noise / math.sqrt(math.prod(shape[1:]))  # float32 stays exact enough
    return (1 + 0.1 * noise) if name.endswith('weight') else 0.1 * noise


def published(num_layers=3, prefix=''):
    generator = torch.Generator().manual_seed(num_layers)
    state = {
        prefix + name: random_tensor(name, shape, generator)
        for name, shape in published_shapes(num_layers).items()
    }
    return {
        'epoch': 300,
        'model_state': state,
        'optimizer_state': {'state': {}, 'param_groups': []},
        'cfg': {'MODEL': {}},
    }


@pytest.fixture(scope='module')
def source():
    return published()


def published_embeddings(state, frames):
    """Embeddings ``(T, 128)`` and latents of one video of uint8 frames."""
    parts = {'backbone': {}, 'res_finetune': {}}
    for name, tensor in state.items():
        part, _, rest = name.partition('.')
        parts.get(part, {})[rest] = tensor
    stem, finetune = published_backbone()
    stem.load_state_dict(parts['backbone'])
    finetune.load_state_dict(parts['res_finetune'])
    mean = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
    maps = finetune.eval()(stem.eval()((frames / 255 - mean) / std))
    x = maps.flatten(2).max(dim=2).values

    def linear(name, x):
        return x @ state[f'{name}.weight'].T + state[f'{name}.bias']

    def batch_norm(name, x):
        x = x - state[f'{name}.running_mean']
        x = x / (state[f'{name}.running_var'] + 1e-5).sqrt()
        return x * state[f'{name}.weight'] + state[f'{name}.bias']

    def layer_norm(name, x):
        x = x - x.mean(-1, keepdim=True)
        x = x / (x.square().mean(-1, keepdim=True) + 1e-5).sqrt()
        return x * state[f'{name}.weight'] + state[f'{name}.bias']

    for index in (1, 5):
        x = linear(f'embed.fc_layers.{index}', x)
        x = batch_norm(f'embed.fc_layers.{index + 1}', x).clamp(min=0)
    x = linear('embed.video_emb', x)
    length = len(x)
    for row in range(length):
        p = row * (NUM_FRAMES - 1) / (length - 1)
        angles = [p / 10000 ** (c / 256) for c in range(256)]
        code = [math.cos(a) if c % 2 else math.sin(a) for c, a in enumerate(angles)]
        x[row] += torch.tensor(code)
    names = [name for name in state if name.endswith('res_layer0.norm.weight')]
    for index in range(len(names)):
        layer = f'embed.video_encoder.enc_layers.{index}'
        normed = layer_norm(f'{layer}.res_layer0.norm', x)
        query, key, value = (
            linear(f'{layer}.self_att.linear_{name}', normed).split(32, dim=1)
            for name in ('Q2d', 'K2d', 'V2d')
        )
        heads = [
            (q @ k.T / math.sqrt(32)).softmax(1) @ v
            for q, k, v in zip(query, key, value, strict=True)
        ]
        x = x + linear(f'{layer}.self_att.linear_d2Q', torch.cat(heads, 1))
        normed = layer_norm(f'{layer}.res_layer1.norm', x)
        hidden = linear(f'{layer}.feed_forward.fc1', normed).clamp(min=0)
        x = x + linear(f'{layer}.feed_forward.fc2', hidden)
    embedding = linear('embed.embedding_layer', x)
    latent = linear('ssl_projection.net.0', embedding)
    latent = batch_norm('ssl_projection.net.1', latent).clamp(min=0)
    return embedding, linear('ssl_projection.net.3', latent)


def our_network(num_layers=3):
    cfg = Config.fromfile(ROOT / 'configs' / 'carl_finegym.py')
    cfg.model.backbone.init_cfg = None
    cfg.model.neck.num_layers = num_layers
    return MODELS.build(cfg.model).eval()


def same_bits(a, b):
    return a.dtype == b.dtype and a.shape == b.shape and torch.equal(a, b)


@pytest.mark.parametrize(('num_layers', 'prefix'), [(2, ''), (3, 'module.')])
def test_there_and_back_is_the_same_to_the_bit(num_layers, prefix):
    source = published(num_layers, prefix)
    assert len(source['model_state']) == 393 - 16 * (3 - num_layers)
    original = deepcopy(source['model_state'])
    ours = from_published(source)
    assert ours.num_layers == num_layers
    assert ours.left_out == ['optimizer_state', 'cfg']
    model = our_network(num_layers)
    assert model.load_state_dict(ours.checkpoint['state_dict'], strict=True)
    saved = {**ours.checkpoint, 'state_dict': model.state_dict()}

    back = to_published(saved)
    restored = back.checkpoint['model_state']
    assert restored.keys() == original.keys()
    for name, tensor in original.items():
        assert same_bits(restored[name], tensor), name
    assert back.checkpoint['epoch'] == 300
    assert (back.left_out, back.absent) == ([], ['optimizer_state', 'cfg'])


def random_frames(length, size):
    generator = torch.Generator().manual_seed(length)
    shape = (length, 3, size, size)
    return torch.randint(0, 256, shape, generator=generator).to(torch.uint8)


@pytest.mark.parametrize(('length', 'size'), [(12, 64), (300, 32)])
@torch.no_grad()
def test_embeddings_are_the_published_networks(source, length, size):
    model = our_network()
    model.load_state_dict(from_published(source).checkpoint['state_dict'])
    frames = random_frames(length, size)
    expected, latent = published_embeddings(source['model_state'], frames)
    actual = model(frames[None], mode='tensor')[0]
    close = partial(torch.testing.assert_close, atol=1e-4, rtol=0)
    close(actual, expected)
    close(model.cls_head.projection(actual), latent)
    close(model.cls_head.predict(actual), F.normalize(expected, dim=-1))


@torch.no_grad()
def test_that_comparison_sees_every_module(source):
    frames = random_frames(12, 64)
    state = source['model_state']
    expected = torch.cat(published_embeddings(state, frames), 1)
    for name in ('backbone.1', 'backbone.6.5.bn3', 'res_finetune.2.bn3'):
        other = {**state, f'{name}.bias': state[f'{name}.bias'] + 0.1}
        changed = torch.cat(published_embeddings(other, frames), 1)
        assert (changed - expected).abs().max() > 1e-2, name


def test_a_checkpoint_trained_here_gets_the_published_form(source):
    trained = {
        'meta': {'epoch': 7, 'iter': 70},
        'state_dict': our_network().state_dict(),
        'optimizer': {},
        'message_hub': {},
    }
    back = to_published(trained)
    assert back.checkpoint['model_state'].keys() == source['model_state'].keys()
    assert back.checkpoint['epoch'] == 7
    assert back.left_out == ['optimizer', 'message_hub']
    assert back.absent == ['optimizer_state', 'cfg']


def test_tensors_outside_the_network_stay_out_and_are_named(source):
    extra = {**source['model_state'], 'classifier.weight': torch.ones(2)}
    ours = from_published({**source, 'model_state': extra})
    assert ours.left_out == ['optimizer_state', 'cfg', 'classifier.weight']
    assert len(ours.checkpoint['state_dict']) == 393
    assert to_published(ours.checkpoint).absent == ours.left_out
    ours.checkpoint['state_dict']['ema.weight'] = torch.ones(2)
    assert to_published(ours.checkpoint).left_out == ['ema.weight']


def without(name):
    return lambda state: state.pop(name)


def with_(name, value):
    return lambda state: state.update({name: value})


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (without('embed.video_emb.bias'), 'embed.video_emb.bias is missing'),
        (
            without('backbone.1.num_batches_tracked'),
            'backbone.1.num_batches_tracked is missing',
        ),
        (with_('embed.other.bias', torch.ones(1)), 'embed.other.bias is unknown'),
        (
            with_('embed.video_emb.bias', torch.ones(255)),
            r'embed.video_emb.bias has shape \(255,\), expected \(256,\)',
        ),
        (with_('embed.video_emb.bias', 0.5), 'bias is a float, not a tensor'),
        (
            without('embed.video_encoder.enc_layers.1.feed_forward.fc1.bias'),
            'enc_layers.1.feed_forward.fc1.bias is missing',
        ),
        (lambda state: state.clear(), "no tensors under 'model_state'"),
    ],
)
def test_what_does_not_fit_is_named(source, change, message):
    state = dict(source['model_state'])
    change(state)
    with pytest.raises(ValueError, match=message):
        from_published({**source, 'model_state': state})


def test_all_that_does_not_fit_is_one_error(source):
    state = dict(source['model_state'])
    del state['embed.video_emb.bias']
    state['embed.embedding_layer.bias'] = torch.ones(64)
    state['backbone.7.0.weight'] = torch.ones(1)
    with pytest.raises(ValueError) as error:
        from_published({**source, 'model_state': state})
    for name in ('video_emb.bias', 'embedding_layer.bias', 'backbone.7.0.weight'):
        assert name in str(error.value)


def test_a_layer_left_out_in_the_middle_is_missing(source):
    state = {k: v for k, v in source['model_state'].items() if 'enc_layers.1.' not in k}
    with pytest.raises(ValueError, match=r'enc_layers.1.*is missing') as error:
        from_published({**source, 'model_state': state})
    assert 'and 12 more' in str(error.value)  # 16 missing, 16 of layer 2 unknown


@pytest.mark.parametrize(
    'checkpoint', [None, torch.ones(1), {}, {'state_dict': {1: 2}}]
)
def test_no_checkpoint_is_refused(checkpoint):
    with pytest.raises(ValueError, match="no tensors under 'model_state'"):
        from_published(checkpoint)
    with pytest.raises(ValueError, match="no tensors under 'state_dict'"):
        to_published(checkpoint)


def test_the_way_back_names_our_tensors(source):
    ours = from_published(source).checkpoint
    del ours['state_dict']['neck.to_out.bias']
    with pytest.raises(ValueError, match='neck.to_out.bias is missing'):
        to_published(ours)


def test_a_file_is_whole_or_absent_and_kept_without_force(tmp_path, monkeypatch):
    path = tmp_path / 'new' / 'out.pth'
    write_checkpoint(path, {'state_dict': {'w': torch.ones(2)}}, force=False)
    with pytest.raises(ValueError, match='out.pth: exists; pass --force'):
        write_checkpoint(path, {}, force=False)

    def fail(content, stream):
        stream.write(b'half')
        raise OSError('disk full')

    before = path.read_bytes()
    monkeypatch.setattr(torch, 'save', fail)
    with pytest.raises(OSError, match='disk full'):
        write_checkpoint(path, {}, force=True)
    assert list(path.parent.iterdir()) == [path]
    assert path.read_bytes() == before
    monkeypatch.undo()
    write_checkpoint(path, {'state_dict': {}}, force=True)
    assert torch.load(path, weights_only=True) == {'state_dict': {}}
