"""configs/_base_/backbones.py: a leaf takes a backbone by name, and all follows."""

import shutil

import numpy as np
import pytest
import timm
import torch
import torchvision
from mmaction.registry import MODELS
from mmengine.config import Config

from tests.tools.processes import ROOT

LEAF = """
from mmengine.config import read_base

with read_base():
    from .{base} import *
    from ._base_.backbones import {name}

model.{how}({name})
"""
CHOICES = {  # name: side of a small picture, channels
    'byol_r50': (32, 2048),
    'supervised_r50': (32, 2048),
    'dinov2_small': (28, 384),
    'clip_base': (32, 768),
}


@pytest.fixture(scope='module')
def leaf(tmp_path_factory):
    """Write a leaf config, read it, and read back its dumped text."""
    folder = tmp_path_factory.mktemp('leaf') / 'configs'
    shutil.copytree(ROOT / 'configs', folder)

    def read(name, base='carl_pennaction', how='merge'):
        path = folder / f'{base}_{name}_{how}.py'
        path.write_text(LEAF.format(base=base, name=name, how=how))
        cfg = Config.fromfile(path)
        cfg.dump(folder / f'dumped_{path.name}')
        return cfg, Config.fromfile(folder / f'dumped_{path.name}')

    return read


def without_weights(model):
    """Download nothing."""
    if 'init_cfg' in model.backbone:
        model.backbone.init_cfg = None
    else:
        model.backbone.pretrained = False
    return model


def batch(size, length=4):
    inputs = torch.randint(0, 256, (1, 2, length, 3, size, size)).to(torch.uint8)
    return {
        'inputs': inputs,
        'frame_inds': torch.arange(length).expand(1, 2, length).clone(),
        'valid': torch.ones(1, 2, length, dtype=torch.bool),
    }


@pytest.mark.parametrize('name', CHOICES)
def test_features_embeddings_and_a_training_step(leaf, name):
    size, channels = CHOICES[name]
    model_cfg = without_weights(leaf(name)[1].model)
    model_cfg.neck.update(num_layers=1, num_frames=4)
    torch.manual_seed(0)
    model = MODELS.build(model_cfg)

    frames = torch.randint(0, 256, (3, 3, size, size)).to(torch.uint8)
    model.eval()
    with torch.no_grad():
        features = model.spatial_features(frames)
        assert features.shape == (3, channels)
        assert model(frames[None], mode='tensor').shape == (1, 3, 128)

    model.train()
    learns = {k for k, p in model.named_parameters() if p.requires_grad}
    backbone = {k for k in learns if k.startswith('backbone.')}
    assert all(k.startswith('backbone.layer4.') for k in backbone)
    assert bool(backbone) == name.endswith('r50')
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad])
    before = {k: p.detach().clone() for k, p in model.named_parameters()}
    data = model.data_preprocessor(batch(size), training=True)
    model(**data, mode='loss')['loss'].backward()
    optimizer.step()
    changed = {k for k, p in model.named_parameters() if not torch.equal(p, before[k])}
    # A key's bias shifts all of a softmax's logits alike: its gradient is noise.
    assert {k for k in learns - changed if '.key.bias' not in k} == set()
    assert changed <= learns


@pytest.mark.parametrize('name', ['dinov2_small', 'clip_base'])
def test_cached_features_stand_in_for_pictures(leaf, name):
    size, _ = CHOICES[name]
    model_cfg = without_weights(leaf(name, 'carl_folder')[0].model)
    model_cfg.update(backbone_dtype='float32')
    model_cfg.data_preprocessor.augmentation = None
    torch.manual_seed(0)
    model = MODELS.build(model_cfg).eval()
    data = model.data_preprocessor(batch(size), training=True)
    with torch.no_grad():
        live = model(**data, mode='loss')['loss']
        cached = model.spatial_features(data['inputs'].flatten(0, 2))
        data['inputs'] = cached.unflatten(0, (1, 2, 4))
        torch.testing.assert_close(model(**data, mode='loss')['loss'], live)


@pytest.mark.parametrize(
    ('name', 'base'),
    [
        ('byol_r50', 'carl_folder'),
        ('supervised_r50', 'carl_pennaction'),
        ('dinov2_small', 'carl_pennaction'),
        ('clip_base', 'carl_folder'),
    ],
)
def test_no_key_of_the_old_backbone_is_left_and_other_settings_are(leaf, name, base):
    old = Config.fromfile(ROOT / 'configs' / f'{base}.py').model
    own = {'type', 'depth', 'frozen_stages', 'norm_eval', 'init_cfg'}
    own = own if name.endswith('r50') else {'type', 'model_name'}
    for cfg in leaf(name, base):
        model = cfg.model
        assert set(model.backbone) == own
        assert model.neck.in_channels == CHOICES[name][1]
        assert model.neck.num_frames == old.neck.num_frames
        assert model.cls_head.loss.variance == old.cls_head.loss.variance
        assert (
            model.data_preprocessor.augmentation == old.data_preprocessor.augmentation
        )
        assert model.freeze_backbone == (not name.endswith('r50'))
        assert 'prefix' not in model.backbone.get('init_cfg', {}) or name == 'byol_r50'


def test_byol_is_the_papers_config(leaf):
    """Named or by default, the network is the same."""
    chosen, _ = leaf('byol_r50')
    default = Config.fromfile(ROOT / 'configs' / 'carl_pennaction.py')
    assert chosen.model.backbone == default.model.backbone
    assert chosen.model.neck == default.model.neck
    assert chosen.model.spatial_pooling == default.model.spatial_pooling


@pytest.mark.parametrize('name', ['dinov2_small', 'clip_base'])
def test_normalisation_is_that_of_the_weights(leaf, name):
    model, _ = leaf(name)
    model = model.model
    weights = timm.get_pretrained_cfg(model.backbone.model_name)
    preprocessor = MODELS.build(model.data_preprocessor)
    for ours, theirs in (('mean', weights.mean), ('std', weights.std)):
        actual = getattr(preprocessor, ours).flatten() / 255
        np.testing.assert_allclose(actual, theirs, atol=1e-6)


def test_torchvisions_file_gives_torchvisions_features(leaf, tmp_path):
    torch.manual_seed(0)
    resnet = torchvision.models.resnet50().eval()
    torch.save(resnet.state_dict(), tmp_path / 'resnet50.pth')
    model_cfg = leaf('supervised_r50')[0].model
    url = torchvision.models.ResNet50_Weights.IMAGENET1K_V1.url
    assert model_cfg.backbone.init_cfg.checkpoint == url
    model_cfg.backbone.init_cfg.checkpoint = str(tmp_path / 'resnet50.pth')
    model = MODELS.build(model_cfg).eval()
    model.init_weights()
    frames = torch.randn(2, 3, 64, 64)
    maps = torch.nn.Sequential(*list(resnet.children())[:8])(frames)
    with torch.no_grad():
        torch.testing.assert_close(
            model.spatial_features(frames), maps.amax((2, 3)), atol=1e-4, rtol=1e-4
        )


def test_mistakes_are_named(leaf):
    with pytest.raises(KeyError, match='dinov2_smal'):
        leaf('dinov2_smal')
    # `update` keeps the ResNet's keys, which no ViT takes.
    cfg, _ = leaf('dinov2_small', how='update')
    with pytest.raises(TypeError, match=r'TimmViT.*unexpected keyword argument'):
        MODELS.build(cfg.model)
    cfg, _ = leaf('dinov2_small')
    without_weights(cfg.model).neck.in_channels = 2048
    message = 'gives 384 channels, neck.in_channels is 2048'
    with pytest.raises(ValueError, match=message):
        MODELS.build(cfg.model)(torch.zeros(1, 4, 3, 28, 28))
