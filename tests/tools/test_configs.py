"""Every config loads, builds and survives being dumped; the paper's ones train."""

from argparse import ArgumentParser
from copy import deepcopy

import pytest
import torch
from mmaction.registry import HOOKS, METRICS, MODELS, TRANSFORMS
from mmengine.config import Config
from mmengine.runner import Runner

from carl_mm.apis.launch import add_common_arguments, load_config
from tests.tools.processes import ROOT

CONFIGS = sorted(
    [
        *(ROOT / 'configs').glob('carl_*.py'),
        ROOT / 'configs' / 'supervised' / 'finegym_supervised.py',
    ]
)
PAPER = ('carl_finegym', 'carl_pennaction', 'carl_pouring')


def dumped(path, folder):
    """Load a config and read back the text that a work dir keeps of it."""
    cfg = Config.fromfile(path)
    cfg.dump(folder / path.name)
    return Config.fromfile(folder / path.name)


def test_they_are_there():
    names = {path.stem for path in CONFIGS}
    assert names >= {*PAPER, 'carl_folder', 'carl_synthetic', 'carl_k400'}
    assert names >= {f'{name}_published' for name in (*PAPER, 'carl_k400')}


@pytest.mark.parametrize('path', CONFIGS, ids=lambda path: path.stem)
def test_loads_and_its_dumped_text_builds(path, tmp_path):
    for cfg in (Config.fromfile(path), dumped(path, tmp_path)):
        if 'init_cfg' in cfg.model.backbone:
            cfg.model.backbone.init_cfg = None
        model = MODELS.build(cfg.model)
        assert model.neck.num_frames == cfg.num_frames
        loaders = [cfg.train_dataloader, cfg.get('test_dataloader')]
        for loader in filter(None, loaders):
            for step in loader.dataset.pipeline:
                TRANSFORMS.build(step)
        crop = cfg.train_dataloader.dataset.pipeline[1]
        assert crop.num_frames == cfg.num_frames
        assert cfg.get('val_evaluator') == cfg.get('test_evaluator')
        for metric in cfg.get('test_evaluator') or []:
            METRICS.build(metric)
        for hook in [*cfg.custom_hooks, *cfg.default_hooks.values()]:
            HOOKS.build(hook)


@pytest.mark.parametrize('path', CONFIGS, ids=lambda path: path.stem)
def test_a_knob_reaches_all_that_it_feeds(path):
    cfg = Config.fromfile(path)
    for knob, targets in cfg.knobs.items():
        values = [_at(cfg, target) for target in targets]
        assert values == [cfg.get(knob, values[0])] * len(values), knob
        changed = load_config(arguments(path, f'{knob}=7'))
        assert [_at(changed, target) for target in targets] == [7] * len(targets)
        assert changed[knob] == 7


def _at(cfg, target):
    """Return what stands at a dotted path, None where a key is not set."""
    *parents, last = target.split('.')
    for key in parents:
        cfg = cfg[int(key)] if key.isdecimal() else cfg[key]
    return cfg.get(last)


def arguments(path, *options):
    parser = ArgumentParser()
    parser.add_argument('config')
    add_common_arguments(parser)
    return parser.parse_args([str(path), '--cfg-options', *options])


def test_the_published_variants_differ_from_the_papers():
    for name, max_frames in (
        ('pennaction', 1000),
        ('pouring', 1000),
        ('finegym', 6000),
    ):
        cfg = Config.fromfile(ROOT / 'configs' / f'carl_{name}_published.py')
        assert cfg.model.backbone.init_cfg == dict(
            type='Pretrained', checkpoint='torchvision://resnet50'
        )
        assert cfg.optim_wrapper.type.__name__ == 'AmpOptimWrapper'
        for loader in (cfg.val_dataloader, cfg.test_dataloader):
            assert loader.dataset.pipeline[1].transforms[0].short_side == 0
        cfg.model.backbone.init_cfg = None
        model = MODELS.build(cfg.model)
        assert model.max_frames == max_frames
        augmentation = model.data_preprocessor.augmentation
        window = cfg.train_dataloader.dataset.pipeline[1].window
        if name == 'finegym':
            assert (augmentation.blur_prob, window) == (0, 'published_finegym')
        else:
            assert (augmentation.blur_count, augmentation.blur_in_jitter) == (4, True)
            assert (augmentation.blur_prob, window) == (0.5, 'published')


def small(cfg, folder):
    """Fit a paper's config to four short videos of 64 pixels."""
    cfg.model.backbone.init_cfg = None
    cfg.model.neck.num_frames = 8
    cfg.train_dataloader.update(num_workers=0, persistent_workers=False)
    cfg.train_dataloader.dataset.pipeline[1].num_frames = 8
    cfg.train_dataloader.dataset.pipeline[2].transforms[0].size = 32
    for name in ('train', 'val', 'test'):
        cfg[f'{name}_dataloader'].dataset.data_root = str(folder)
    for name in ('val', 'test'):
        cfg[f'{name}_dataloader'].num_workers = 0
        cfg[f'{name}_dataloader'].dataset.pipeline[1].transforms[0].size = 32
    cfg.train_cfg.update(max_epochs=1, val_interval=1)
    cfg.default_hooks.checkpoint = None  # 300 MB each
    cfg.work_dir = str(folder / 'work')
    cfg.experiment_name = folder.name
    return cfg


@pytest.mark.slow
@pytest.mark.parametrize('name', PAPER)
def test_the_papers_config_trains_a_step_and_is_judged(name, make_videos):
    folder = make_videos(lengths=(12, 10, 14), test_share=0.7)
    cfg = small(dumped(next((ROOT / 'configs').rglob(f'{name}.py')), folder), folder)
    runner = Runner.from_cfg(cfg)
    learning = set()
    for key, weight in runner.model.named_parameters():
        if weight.requires_grad:
            weight.register_post_accumulate_grad_hook(lambda _, k=key: learning.add(k))
    runner.model.init_weights()  # as training would first do
    before = deepcopy(runner.model.state_dict())
    runner.train()

    assert runner.iter == 1
    parts = ('backbone.layer4.', 'neck.', 'cls_head.')
    weights = dict(runner.model.named_parameters())
    assert learning == {key for key in weights if key.startswith(parts)}
    changed = {
        key
        for key, tensor in runner.model.state_dict().items()
        if not torch.equal(tensor, before[key])
    }
    assert changed, 'nothing was trained'
    assert not [key for key in changed if not key.startswith(parts)]
    assert 'backbone.layer4.0.bn1.running_mean' in changed
    for control in ('', '_position', '_untrained', '_backbone'):
        accuracy = runner.message_hub.get_scalar(
            f'val/phase_classification/acc{control}'
        )
        assert 0 < accuracy.current() <= 1


@pytest.mark.parametrize(
    ('name', 'epochs', 'num_frames', 'num_layers', 'stride', 'blur'),
    [
        ('carl_finegym', 300, 240, 3, None, 0.0),
        ('carl_pennaction', 300, 80, 3, 2, 0.5),
        ('carl_pouring', 500, 240, 2, 5, 0.5),
    ],
)
def test_the_published_settings(name, epochs, num_frames, num_layers, stride, blur):
    cfg = Config.fromfile(next((ROOT / 'configs').rglob(f'{name}.py')))
    optimizer = cfg.optim_wrapper.optimizer
    assert (optimizer.type, optimizer.lr, optimizer.weight_decay) == (
        'Adam',
        1e-4,
        1e-5,
    )
    assert cfg.optim_wrapper.clip_grad == {'max_norm': 10}
    (schedule,) = cfg.param_scheduler
    assert schedule.type.__name__ == 'CosineAnnealingLR'
    assert (schedule.by_epoch, schedule.eta_min) == (True, 0)
    assert cfg.train_cfg.max_epochs == epochs
    assert cfg.train_dataloader.batch_size == 1

    weights = cfg.model.backbone.init_cfg.checkpoint
    assert 'byol_resnet50_16xb256-coslr-200e_in1k' in weights
    assert cfg.model.backbone.init_cfg.prefix == 'backbone.'
    cfg.model.backbone.init_cfg = None
    model = MODELS.build(cfg.model)
    assert model.backbone.depth == 50
    assert (model.backbone.frozen_stages, model.backbone.norm_eval) == (3, False)
    assert not model.freeze_backbone
    assert model.spatial_pooling == 'max'

    neck = model.neck
    assert (neck.num_frames, len(neck.layers)) == (num_frames, num_layers)
    assert neck.embed_channels == 256
    assert neck.layers[0].num_heads == 8
    assert neck.layers[0].expand.out_features == 1024
    assert neck.layers[0].dropout.p == neck.position_dropout.p == 0.1
    widths = [
        (m.in_features, m.out_features)
        for m in neck.reduce
        if hasattr(m, 'bias') and hasattr(m, 'in_features')
    ]
    assert widths == [(2048, 512), (512, 512), (512, 256)]
    assert neck.to_out.out_features == 128
    loss = model.cls_head.loss_module
    assert (loss.variance, loss.temperature) == (10, 0.1)
    assert (loss.negatives, loss.eps) == ('video', 1e-6)

    steps = [TRANSFORMS.build(s) for s in cfg.train_dataloader.dataset.pipeline]
    crop = steps[1]
    assert crop.num_frames == num_frames
    assert crop.options['max_crop_ratio'] == 1.5
    assert crop.options['min_overlap'] == 0.2
    assert (crop.options['sampling'], crop.options['window']) == ('random', 'paper')
    resize, flip = cfg.train_dataloader.dataset.pipeline[2].transforms
    assert (resize.size, tuple(resize.scale)) == (224, (0.8, 1.0))
    assert flip.prob == 0.5
    augmentation = model.data_preprocessor.augmentation
    assert augmentation.blur_prob == blur

    names = [metric.type.__name__ for metric in cfg.test_evaluator]
    finegym = name == 'carl_finegym'
    assert names[0] == ('LinearClassification' if finegym else 'PhaseClassification')
    strided = {'KendallsTau', 'FrameRetrieval'} & set(names)
    assert len(strided) == (0 if stride is None else 2)
    for metric in cfg.test_evaluator:
        if metric.type.__name__ in strided:
            assert metric.stride == stride
