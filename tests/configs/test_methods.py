"""Configs of the compared methods: CARL's of the same data, but for the method."""

import re
from copy import deepcopy
from functools import cache

import pytest
import torch
from mmaction.registry import MODELS, TRANSFORMS
from mmaction.structures import ActionDataSample
from mmengine.config import Config
from mmengine.runner import Runner

from carl_mm.apis.config_paths import class_name
from tests.configs.helpers import (
    CONFIGS,
    config_path,
    crop_of,
    load,
    shrink_training,
    without_evaluation,
)

METHODS = {
    'contrastive': ('NearestFrameContrastiveLoss', 'DualViewTemporalCrop'),
    'tcn': ('NPairsLoss', 'AnchorPositiveCrop'),
    'tcc': ('CycleConsistencyLoss', 'SingleViewTemporalCrop'),
    'sal': ('ShuffleAndLearnLoss', 'SingleViewTemporalCrop'),
    'speednet': ('SpeedinessLoss', 'TwoSpeedCrop'),
    'lav': ('AlignmentInTimeLoss', 'SingleViewTemporalCrop'),
    'gta': ('GlobalAlignmentLoss', 'SingleViewTemporalCrop'),
    'd3tw': ('DiscriminativeDTWLoss', 'SingleViewTemporalCrop'),
}
OF_PAIRS = ('tcc', 'lav', 'gta', 'd3tw')
ALIGNING = ('lav', 'gta', 'd3tw')
DATA = ('pennaction', 'pouring', 'finegym', 'synthetic')
NAMES = [f'{method}_{data}' for method in METHODS for data in DATA]


@cache
def resolved(name):
    return Config.fromfile(config_path(name)).to_dict()


def test_every_config_of_a_method_is_listed_here():
    found = {path.stem for path in CONFIGS if path.parent.name in METHODS}
    assert found == set(NAMES)


@pytest.mark.parametrize('name', NAMES)
def test_only_the_method_differs_from_carls_config(name):
    method, data = name.split('_')
    ours, carls = deepcopy(resolved(name)), deepcopy(resolved(f'carl_{data}'))
    heads = [version['model'].pop('cls_head') for version in (ours, carls)]
    assert heads[0] != heads[1]
    if method == 'sal':
        assert ours['model']['neck'].pop('position') == 'none'
        carls['model']['neck'].pop('position', None)
    assert ours['model'] == carls['model']

    loader, carls_loader = ours['train_dataloader'], carls['train_dataloader']
    if method in OF_PAIRS:
        assert class_name(loader.pop('batch_sampler')) == 'SameActionBatchSampler'
        sizes = [each.pop('batch_size') for each in (loader, carls_loader)]
        assert sizes == ([8, 8] if data == 'synthetic' else [2, 1])
    steps, carls_steps = (
        each['dataset'].pop('pipeline') for each in (loader, carls_loader)
    )
    replaced = [
        (class_name(step), class_name(carls_step))
        for step, carls_step in zip(steps, carls_steps, strict=True)
        if step != carls_step
    ]
    _, crop = METHODS[method]
    if method == 'contrastive':
        assert replaced == []
    else:
        assert replaced == [(crop, 'DualViewTemporalCrop')]
    assert loader == carls_loader
    for key in ('train_cfg', 'optim_wrapper', 'test_dataloader', 'test_evaluator'):
        assert ours[key] == carls[key], key


@pytest.mark.parametrize('name', [*NAMES[::5], NAMES[-1]])
def test_the_methods_parts_are_built_as_dumped(name, tmp_path):
    loss, crop = METHODS[name.split('_')[0]]
    cfg = load(config_path(name), '--cfg-options', 'num_frames=16')
    cfg.dump(tmp_path / 'dumped.py')
    for version in (cfg, Config.fromfile(tmp_path / 'dumped.py')):
        head = MODELS.build(version.model.cls_head)
        assert type(head).__name__ == 'FramewiseLossHead'
        assert type(head.loss_module).__name__ == loss
        step = TRANSFORMS.build(crop_of(version))
        assert type(step).__name__ == crop
        assert step.num_frames == version.model.neck.num_frames == 16


def test_the_published_settings():
    configs = {
        method: Config.fromfile(config_path(f'{method}_pouring')) for method in METHODS
    }
    heads = {
        method: MODELS.build(cfg.model.cls_head) for method, cfg in configs.items()
    }
    losses = {method: head.loss_module for method, head in heads.items()}
    assert len(heads['contrastive'].projection) == 4
    for method, head in heads.items():
        assert head.normalize == (method in ('contrastive', 'tcn', *ALIGNING)), method
        if method != 'contrastive':
            assert not list(head.projection.parameters()), method
    assert losses['contrastive'].temperature == 0.1
    assert losses['contrastive'].max_gap == 5
    assert losses['tcn'].regularisation == 0.002
    assert (losses['sal'].num_triplets, losses['sal'].shuffled_share) == (8, 0.75)
    assert losses['tcc'].options == {
        'variant': 'regression_mse_var',
        'similarity': 'l2',
        'temperature': 0.1,
        'label_smoothing': 0.1,
        'variance_weight': 0.001,
        'smoothing': 'carl',
        'huber_delta': 1.0,
    }
    assert losses['lav'].options == {
        'gamma': 0.1,
        'regularisation': 0.5,
        'window': 10,
        'margin': 2,
        'divergence': False,
    }
    assert losses['gta'].options == {
        'gamma': 0.1,
        'temperature': 0.1,
        'alignment_weight': 0.1,
        'cycle_weight': 1,
        'label_smoothing': 0.1,
    }
    assert losses['d3tw'].options == {'gamma': 0.1, 'margin': 1}  # the margin is ours

    crops = {
        method: TRANSFORMS.build(crop_of(cfg)).options
        for method, cfg in configs.items()
        if method != 'contrastive'  # which has CARL's
    }
    assert crops == {
        'tcn': {'window': 5},
        'tcc': {'max_crop_ratio': 1.5, 'window': 'video'},
        'sal': {'max_crop_ratio': 1, 'window': 'video'},
        'speednet': {'normal': (1.0, 1.2), 'fast': (1.7, 2.2)},
        'lav': {'max_crop_ratio': 1, 'window': 'video'},
        'gta': {'max_crop_ratio': 1, 'window': 'video'},
        'd3tw': {'max_crop_ratio': 1, 'window': 'video'},
    }


def test_the_supervised_network_learns_the_generated_labels():
    cfg = Config.fromfile(config_path('supervised_synthetic'))
    assert cfg.train_dataloader.dataset.with_labels
    assert MODELS.build(cfg.model.cls_head).classifier.out_features == 6
    carl = Config.fromfile(config_path('carl_synthetic'))
    names = [class_name(metric) for metric in cfg.val_evaluator]
    assert names == [*map(class_name, carl.val_evaluator), 'FrameAccuracy']


@pytest.mark.parametrize('method', ALIGNING)
def test_a_model_that_aligns_pairs_learns_from_a_batch(method):
    cfg = Config.fromfile(config_path(f'{method}_synthetic'))
    model = MODELS.build(cfg.model)
    channels = cfg.model.neck.in_channels
    inputs, frame_inds = torch.rand(3, 1, 8, channels), torch.arange(0, 32, 4)
    samples = [ActionDataSample(metainfo={'total_frames': 32}) for _ in range(3)]
    valid = torch.ones(3, 1, 8, dtype=torch.bool)
    valid[0, 0, 5:] = False
    losses = model.loss(
        inputs, samples, frame_inds=frame_inds.expand(3, 1, 8), valid=valid
    )
    losses['loss'].backward()
    assert losses['loss'].isfinite()
    for name, weight in model.neck.named_parameters():
        assert weight.grad is not None and weight.grad.isfinite().all(), name


@pytest.mark.slow
@pytest.mark.parametrize('method', ALIGNING)
def test_a_method_that_aligns_pairs_trains_on_pictures(method, make_videos):
    folder = make_videos(lengths=(12, 10, 14, 7), test_share=0.0)
    cfg = Config.fromfile(config_path(f'{method}_pennaction'))
    shrink_training(cfg, folder)
    without_evaluation(cfg)
    runner = Runner.from_cfg(cfg)
    before = {k: v.clone() for k, v in runner.model.state_dict().items()}
    runner.train()
    assert runner.iter == 2
    after = runner.model.state_dict()
    assert all(torch.isfinite(tensor).all() for tensor in after.values())
    assert any(not after[k].equal(before[k]) for k in after if k.startswith('neck.'))


@pytest.mark.parametrize('name', ['tcn_pennaction', 'tcn_pouring', 'tcn_finegym'])
def test_tcn_normalises_as_in_the_code_of_carls_authors(name):
    assert resolved(name)['model']['cls_head']['normalize']


def test_tcc_normalises_on_finegym_alone():
    normalised = {
        data: resolved(f'tcc_{data}')['model']['cls_head'].get('normalize', False)
        for data in DATA
    }
    assert [data for data, yes in normalised.items() if yes] == ['finegym']


@pytest.mark.parametrize('method', ['tcn', *OF_PAIRS])
@pytest.mark.parametrize('data', ['pennaction', 'pouring', 'finegym'])
def test_a_loss_that_positions_solve_says_so_and_how_to_leave_them_out(method, data):
    path = config_path(f'{method}_{data}')
    text = ' '.join(path.read_text().split('"""')[1].split())
    assert 'Relative time alone solves this loss' in text
    assert f'configs/{method}/{path.name} 4 \\ --cfg-options' in text
    (option,) = re.findall(r'--cfg-options (\S+)', text)
    cfg = load(path, '--cfg-options', option)
    assert MODELS.build(cfg.model.neck).position == 'none'
    assert 'position' not in resolved(path.stem)['model']['neck']
