"""CVRL's configs load, build and survive being dumped; the small ones train."""

import json
import math
import re
from copy import deepcopy

import pytest
import torch
from mmaction.registry import HOOKS, METRICS, MODELS, TRANSFORMS
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner

from tests.configs.helpers import (
    CONFIGS,
    config_path,
    dumped,
    load,
    shrink_training,
    step,
)

CVRL = [path for path in CONFIGS if path.parent.name == 'cvrl']
CLASSES = {
    'cvrl_linear_k400': 400,
    'cvrl_linear_k600': 600,
    'cvrl_semi_k400': 400,
    'cvrl_finetune_ucf101': 101,
    'cvrl_finetune_hmdb51': 51,
    'cvrl_linear_synthetic': 4,
}


def test_they_are_there():
    names = {path.stem for path in CVRL}
    pretraining = {'cvrl_r3d50_k400', 'cvrl_r3d50_k600', 'cvrl_synthetic'}
    assert names == pretraining | CLASSES.keys() | {'cvrl_pennaction'}


@pytest.mark.parametrize('path', CVRL, ids=lambda path: path.stem)
def test_loads_and_its_dumped_text_builds(path, tmp_path):
    for cfg in (Config.fromfile(path), dumped(path, tmp_path)):
        init_default_scope('mmaction')
        with torch.device('meta'):
            model = MODELS.build(deepcopy(cfg.model))
        if path.stem in CLASSES:
            model.train()  # only then ResNet3d freezes, after DDP has counted
            assert model.cls_head.num_classes == CLASSES[path.stem]
            frozen = not any(w.requires_grad for w in model.backbone.parameters())
            assert frozen == ('linear' in path.stem)
            assert model.cls_head.normalize == ('linear' in path.stem)
            assert cfg.get('find_unused_parameters', False) == frozen
        loaders = [cfg.get(f'{name}_dataloader') for name in ('train', 'val', 'test')]
        for loader in filter(None, loaders):
            assert loader.dataset.data_root == cfg.data_root
            if path.stem in CLASSES:
                assert loader.dataset.num_classes == CLASSES[path.stem]
            for part in loader.dataset.pipeline:
                TRANSFORMS.build(deepcopy(part))
        assert cfg.get('val_evaluator') == cfg.get('test_evaluator')
        evaluators = cfg.get('test_evaluator') or []
        for metric in evaluators if isinstance(evaluators, list) else [evaluators]:
            METRICS.build(deepcopy(metric))
        for hook in [*cfg.custom_hooks, *cfg.default_hooks.values()]:
            HOOKS.build(deepcopy(hook))


def test_the_papers_settings():
    cfg = Config.fromfile(config_path('cvrl_r3d50_k400'))
    init_default_scope('mmaction')
    with torch.device('meta'):
        model = MODELS.build(deepcopy(cfg.model))
    weights = sum(weight.numel() for weight in model.backbone.parameters())
    assert round(weights / 1e6, 1) == 31.7
    first, second = model.data_preprocessor.view_augmentations
    assert (first.blur_prob, first.solarize_prob) == (1.0, 0.0)
    assert (second.blur_prob, second.solarize_prob) == (0.1, 0.2)
    for view in (first, second):
        assert (view.brightness, view.contrast, view.saturation, view.hue) == (
            (0.8, 0.8, 0.8, 0.2)
        )
        assert (view.jitter_prob, view.gray_prob) == (0.8, 0.2)
        assert view.blur_sigma == (0.1, 2.0)
    optimizer = cfg.optim_wrapper.optimizer
    assert (optimizer.lr, optimizer.momentum, optimizer.weight_decay) == (
        (0.32, 0.9, 1e-6)
    )
    assert not optimizer.get('nesterov')
    assert (cfg.sync_bn, cfg.auto_scale_lr.base_batch_size) == ('torch', 1024)
    linear = Config.fromfile(config_path('cvrl_linear_k400'))
    optimizer = linear.optim_wrapper.optimizer
    assert (optimizer.lr, optimizer.weight_decay) == (32.0, 0.0)
    assert (linear.train_cfg.max_epochs, linear.param_scheduler[0].end) == (100, 5)
    sampling = step(linear.test_dataloader, 'SampleFrames')
    assert (sampling.clip_len, sampling.frame_interval, sampling.num_clips) == (
        (32, 2, 10)
    )


@pytest.mark.parametrize('name', ['cvrl_r3d50_k400', 'cvrl_linear_k400'])
def test_one_switch_follows_the_released_code(name):
    init_default_scope('mmaction')
    for options, released in (([], False), (['--cfg-options', 'released=True'], True)):
        cfg = load(config_path(name), *options)
        with torch.device('meta'):
            model = MODELS.build(deepcopy(cfg.model))
        assert model.backbone.released == released
        views = getattr(model.data_preprocessor, 'view_augmentations', [])
        assert [view.released for view in views] == [released] * len(views)
        assert len(views) == (2 if 'linear' not in name else 0)


def test_the_rate_follows_the_published_schedule():
    """Cosine from the first step on, times a linear warm-up."""
    cfg = Config.fromfile(config_path('cvrl_r3d50_k400'))
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=0.32)
    epoch_length, epochs, rates = 4, 20, []
    schedulers = []
    for scheduler in deepcopy(cfg.param_scheduler):
        kind = scheduler.pop('type')
        scheduler.pop('convert_to_iter_based')
        scheduler.setdefault('end', epochs)
        schedulers.append(
            kind.build_iter_from_epoch(
                optimizer=optimizer, epoch_length=epoch_length, **scheduler
            )
        )
    steps, warmup = epochs * epoch_length, 5 * epoch_length
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]['lr'])
        optimizer.step()
        for scheduler in schedulers:
            scheduler.step()
    for number, rate in enumerate(rates):
        cosine = 0.16 * (1 + math.cos(math.pi * number / steps))
        assert rate == pytest.approx(cosine * min(1, number / warmup), abs=0.02)
    assert max(rates) > 0.25
    assert rates[-1] < 0.001


def test_r3d152_with_twice_the_filters():
    path = config_path('cvrl_r3d50_k400')
    options = re.search(
        r'--cfg-options (model\S+) (\S+) \\\n\s+(\S+)', path.read_text()
    )
    cfg = load(path, '--cfg-options', *options.groups())
    init_default_scope('mmaction')
    with torch.device('meta'):
        model = MODELS.build(deepcopy(cfg.model))
        clips = torch.zeros(1, 3, 16, 64, 64)
        channels = model.backbone(clips).shape[1]
    assert channels == model.cls_head.projection[0].in_features == 4096
    weights = sum(weight.numel() for weight in model.backbone.parameters())
    assert round(weights / 1e6, 1) == 327.7


def prepare(name, folder, **changes):
    cfg = dumped(config_path(name), folder)
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        loader.dataset.data_root = str(folder)
    cfg.train_dataloader.batch_size = 2
    cfg.train_cfg.update(max_epochs=1, val_interval=1)
    cfg.default_hooks.checkpoint.update(interval=1)
    cfg.work_dir = str(folder / name)
    cfg.experiment_name = f'{folder.name}_{name}'
    cfg.merge_from_dict(changes)
    return cfg


@pytest.mark.slow
def test_the_synthetic_configs_train_and_judge(make_videos, record_property):
    folder = make_videos(lengths=(34, 12, 40, 36, 34, 35, 33, 20), test_share=0.5)
    runner = Runner.from_cfg(prepare('cvrl_synthetic', folder))
    runner.train()
    logged = runner.message_hub.get_info('val/alignment/kendalls_tau', None)
    assert runner.iter == 2
    scalars = (folder / 'cvrl_synthetic').rglob('scalars.json')
    rows = [json.loads(line) for path in scalars for line in path.open()]
    keys = {key for row in rows for key in row}
    for suffix in ('', '_position', '_untrained'):
        assert f'phase_classification/acc{suffix}' in keys, (keys, logged)
    assert 'alignment/error_windowed' not in keys

    path = folder / 'annotations.json'
    annotations = json.loads(path.read_text())
    for index, entry in enumerate(annotations['data_list']):
        entry['action'] = 'abcd'[index % 4]
        entry.pop('phases')
    path.write_text(json.dumps(annotations))
    checkpoint = str(folder / 'cvrl_synthetic' / 'epoch_1.pth')
    trained = torch.load(checkpoint, weights_only=True)['state_dict']
    cfg = prepare('cvrl_linear_synthetic', folder, load_from=checkpoint)
    runner = Runner.from_cfg(cfg)
    runner.train()
    state = runner.model.state_dict()
    backbone = [key for key in state if key.startswith('backbone.')]
    assert len(backbone) > 50
    for key in backbone:  # as it was trained, statistics too
        assert torch.equal(state[key], trained[key]), key
    metrics = runner.test()
    assert set(metrics) == {'acc/top1', 'acc/mean1'}


@pytest.mark.slow
def test_a_paper_config_trains_a_step(make_videos):
    """Its own network and transforms, on smaller clips."""
    folder = make_videos(lengths=(34, 12, 40), test_share=0.0)
    cfg = dumped(config_path('cvrl_r3d50_k400'), folder)
    # 4 frames in the last stage: see the optimizer's comment about 2.
    shrink_training(cfg, folder, num_frames=8, crop='DrawClipPair')
    cfg.train_dataloader.batch_size = 3
    cfg.train_cfg.max_epochs = 1
    runner = Runner.from_cfg(cfg)
    learning = set()
    for key, weight in runner.model.named_parameters():
        weight.register_post_accumulate_grad_hook(lambda _, k=key: learning.add(k))
    runner.train()
    assert learning == dict(runner.model.named_parameters()).keys()
