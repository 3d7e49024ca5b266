"""Configs of the compared methods: CARL's of the same data, but for the method."""

from argparse import ArgumentParser
from copy import deepcopy
from functools import lru_cache
from pathlib import Path

import pytest
from mmaction.registry import MODELS, TRANSFORMS
from mmengine.config import Config

from carl_mm.apis.launch import add_common_arguments, load_config
from tests.tools.processes import ROOT

METHODS = {
    'contrastive': ('NearestFrameContrastiveLoss', 'DualViewTemporalCrop'),
    'tcn': ('NPairsLoss', 'AnchorPositiveCrop'),
    'tcc': ('CycleConsistencyLoss', 'SingleViewTemporalCrop'),
    'sal': ('ShuffleAndLearnLoss', 'SingleViewTemporalCrop'),
    'speednet': ('SpeedinessLoss', 'TwoSpeedCrop'),
}
DATA = ('pennaction', 'pouring', 'finegym', 'synthetic')
NAMES = [f'{method}_{data}' for method in METHODS for data in DATA]


@lru_cache
def carls(data):
    return Config.fromfile(ROOT / 'configs' / f'carl_{data}.py').to_dict()


def load(name, *options):
    parser = ArgumentParser()
    parser.add_argument('config')
    add_common_arguments(parser)
    arguments = [str(next((ROOT / 'configs').rglob(f'{name}.py'))), *options]
    return load_config(parser.parse_args(arguments))


@pytest.mark.parametrize('name', NAMES)
def test_only_the_method_differs_from_carls_config(name):
    method, data = name.split('_')
    cfg = Config.fromfile(next((ROOT / 'configs').rglob(f'{name}.py'))).to_dict()
    both = cfg, deepcopy(carls(data))
    models = [version['model'] for version in both]
    for model in models:
        model.pop('cls_head')
    if method == 'sal':
        assert models[0]['neck'].pop('position') == 'none'
    assert models[0] == models[1]

    loaders = [version['train_dataloader'] for version in both]
    if method == 'tcc':
        sampler = loaders[0].pop('batch_sampler')['type']
        assert sampler.endswith('.SameActionBatchSampler')
        sizes = [loader.pop('batch_size') for loader in loaders]
        assert sizes == ([8, 8] if data == 'synthetic' else [2, 1])
    crops = [loader['dataset']['pipeline'].pop(1) for loader in loaders]
    assert (crops[0] == crops[1]) == (method == 'contrastive')
    assert loaders[0] == loaders[1]
    for key in ('train_cfg', 'optim_wrapper', 'test_dataloader', 'test_evaluator'):
        assert both[0][key] == both[1][key]


@pytest.mark.parametrize('name', [*NAMES[::5], NAMES[-1]])
def test_the_methods_parts_are_built_as_dumped(name, tmp_path):
    loss, crop = METHODS[name.split('_')[0]]
    cfg = load(name, '--cfg-options', 'num_frames=16')
    cfg.dump(tmp_path / 'dumped.py')
    for version in (cfg, Config.fromfile(tmp_path / 'dumped.py')):
        head = MODELS.build(version.model.cls_head)
        assert type(head).__name__ == 'FramewiseLossHead'
        assert type(head.loss_module).__name__ == loss
        step = TRANSFORMS.build(version.train_dataloader.dataset.pipeline[1])
        assert type(step).__name__ == crop
        assert step.num_frames == version.model.neck.num_frames == 16


def test_the_published_settings():
    heads = {m: MODELS.build(load(f'{m}_pouring').model.cls_head) for m in METHODS}
    losses = {method: head.loss_module for method, head in heads.items()}
    assert heads['contrastive'].normalize
    assert len(heads['contrastive'].projection) == 4
    for method in ('tcn', 'tcc', 'sal', 'speednet'):
        assert not heads[method].normalize
        assert not list(heads[method].projection.parameters())
    assert losses['contrastive'].temperature == 0.1
    assert losses['contrastive'].max_gap == 5
    assert losses['tcn'].regularisation == 0.002
    assert losses['tcc'].options == {
        'variant': 'regression_mse_var',
        'similarity': 'l2',
        'temperature': 0.1,
        'label_smoothing': 0.1,
        'variance_weight': 0.001,
    }
    assert (losses['sal'].num_triplets, losses['sal'].shuffled_share) == (8, 0.75)
    crops = {
        m: TRANSFORMS.build(load(f'{m}_pouring').train_dataloader.dataset.pipeline[1])
        for m in METHODS
    }
    assert crops['tcn'].options == {'window': 5}
    assert crops['tcc'].options == {'max_crop_ratio': 1.5}
    assert crops['sal'].options == {'max_crop_ratio': 1.0}
    assert crops['speednet'].options == {'normal': (1.0, 1.2), 'fast': (1.7, 2.2)}


def test_the_supervised_network_learns_the_generated_labels():
    cfg = load('supervised_synthetic')
    assert cfg.train_dataloader.dataset.with_labels
    assert MODELS.build(cfg.model.cls_head).classifier.out_features == 6
    names = [metric['type'].__name__ for metric in cfg.val_evaluator]
    carl = load('carl_synthetic')
    assert names == [m['type'].__name__ for m in carl.val_evaluator] + ['FrameAccuracy']


def test_every_config_of_a_method_is_listed_here():
    found = {
        path.stem
        for method in METHODS
        for path in Path(ROOT, 'configs').rglob(f'{method}_*.py')
    }
    assert found == set(NAMES)
