"""CARL's configs load, build and survive being dumped; the paper's ones train."""

from copy import deepcopy

import pytest
import torch
from mmaction.registry import HOOKS, METRICS, MODELS, TRANSFORMS
from mmengine.config import Config
from mmengine.runner import Runner

from carl_mm.apis.config_paths import class_name
from tests.configs.helpers import (
    CONFIGS,
    config_path,
    crop_of,
    dumped,
    load,
    shrink,
    spatial,
)

CARL = [
    path
    for path in CONFIGS
    if path.stem.startswith(('carl_', 'finegym_supervised'))
    and path.stem != 'carl_folder_features'  # which learns nothing
]
PAPER = ('carl_finegym', 'carl_pennaction', 'carl_pouring')


def test_they_are_there():
    names = {path.stem for path in CARL}
    assert names >= {*PAPER, 'carl_folder', 'carl_synthetic', 'carl_k400'}
    assert names >= {f'{name}_published' for name in (*PAPER, 'carl_k400')}


@pytest.mark.parametrize('path', CARL, ids=lambda path: path.stem)
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
        assert crop_of(cfg).num_frames == cfg.num_frames
        assert cfg.get('val_evaluator') == cfg.get('test_evaluator')
        for metric in cfg.get('test_evaluator') or []:
            METRICS.build(metric)
        for hook in [*cfg.custom_hooks, *cfg.default_hooks.values()]:
            HOOKS.build(hook)


def test_the_published_variants_differ_from_the_papers():
    for name, max_frames in (
        ('pennaction', 1000),
        ('pouring', 1000),
        ('finegym', 6000),
    ):
        cfg = Config.fromfile(config_path(f'carl_{name}_published'))
        assert cfg.model.backbone.init_cfg == dict(
            type='Pretrained', checkpoint='torchvision://resnet50'
        )
        assert cfg.optim_wrapper.type.__name__ == 'AmpOptimWrapper'
        for loader in (cfg.val_dataloader, cfg.test_dataloader):
            center_crop = spatial(loader, 'WholeVideo', 'ClipConsistentCenterCrop')
            assert center_crop.short_side == 0
        cfg.model.backbone.init_cfg = None
        model = MODELS.build(cfg.model)
        assert model.max_frames == max_frames
        augmentation = model.data_preprocessor.augmentation
        window = crop_of(cfg).window
        if name == 'finegym':
            assert (augmentation.blur_prob, window) == (0, 'published_finegym')
        else:
            assert (augmentation.blur_count, augmentation.blur_in_jitter) == (4, True)
            assert (augmentation.blur_prob, window) == (0.5, 'published')


def test_the_supervised_network_of_the_paper_and_of_its_authors_config():
    cfgs = {
        name: Config.fromfile(config_path(f'finegym_supervised{name}'))
        for name in ('', '_published')
    }
    frozen = {name: cfg.model.backbone.frozen_stages for name, cfg in cfgs.items()}
    assert frozen == {'': -1, '_published': 3}
    assert [cfg.train_cfg.max_epochs for cfg in cfgs.values()] == [300, 100]
    assert [cfg.train_dataloader.batch_size for cfg in cfgs.values()] == [1, 2]
    crops = [TRANSFORMS.build(crop_of(cfg)) for cfg in cfgs.values()]
    views = [crop.transform({'total_frames': 500})['frame_inds'] for crop in crops]
    assert [len(view) for view in views] == [2, 1]
    heads = [MODELS.build(cfg.model.cls_head) for cfg in cfgs.values()]
    assert [head.dropout.p for head in heads] == [0, 0.1]
    mild = MODELS.build(cfgs['_published'].model.data_preprocessor).augmentation
    names = ('brightness', 'contrast', 'saturation', 'hue', 'gray_prob', 'blur_prob')
    values = [getattr(mild, name) for name in names]
    assert values == pytest.approx([0.12549019607843137, 0.5, 0, 0, 0, 0])
    assert mild.jitter_prob == 1
    for loader, container in (
        (cfgs['_published'].train_dataloader, 'DecodeViews'),
        (cfgs['_published'].test_dataloader, 'WholeVideo'),
        (cfgs['_published'].val_dataloader, 'WholeVideo'),
    ):
        assert spatial(loader, container, 'ClipConsistentResize').size == 224


def test_finegym_is_judged_by_the_published_steps():
    for name in ('carl_finegym', 'carl_finegym_published', 'tcc_finegym'):
        (metric,) = Config.fromfile(config_path(name)).test_evaluator
        linear = METRICS.build(metric)
        assert linear.options['videos_per_batch'] == 40  # 10 for each of four
        assert linear.options['drop_last'] and linear.min_videos == 40


@pytest.mark.parametrize('scale', [None, 0.001])
def test_ae2_is_judged_as_by_its_authors(scale):
    options = [] if scale is None else [f'frame_number_scale={scale}']
    cfg = load(config_path('carl_ae2'), *(['--cfg-options', *options] * bool(options)))
    for evaluator in (cfg.val_evaluator, cfg.test_evaluator):
        metrics = {type(m).__name__: m for m in map(METRICS.build, evaluator)}
        assert metrics['KendallsTau'].stride == 5
        assert metrics['PhaseProgression'].include_last
        assert metrics['PhaseProgression'].frame_number_scale == (scale or 0)


@pytest.mark.slow
@pytest.mark.parametrize('name', PAPER)
def test_the_papers_config_trains_a_step_and_is_judged(name, make_videos):
    folder = make_videos(lengths=(12, 10, 14), test_share=0.7)
    cfg = shrink(dumped(config_path(name), folder), folder)
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
    for control in ('', '_position', '_untrained', '_backbone', '_centred'):
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
    cfg = Config.fromfile(config_path(name))
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

    crop = TRANSFORMS.build(crop_of(cfg))
    assert crop.num_frames == num_frames
    assert crop.options['max_crop_ratio'] == 1.5
    assert crop.options['min_overlap'] == 0.2
    assert (crop.options['sampling'], crop.options['window']) == ('random', 'paper')
    loader = cfg.train_dataloader
    resize = spatial(loader, 'DecodeViews', 'ClipConsistentResizedCrop')
    flip = spatial(loader, 'DecodeViews', 'ClipConsistentFlip')
    assert (resize.size, tuple(resize.scale)) == (224, (0.8, 1.0))
    assert flip.prob == 0.5
    augmentation = model.data_preprocessor.augmentation
    assert augmentation.blur_prob == blur

    metrics = {class_name(metric): metric for metric in cfg.test_evaluator}
    if name == 'carl_finegym':
        assert list(metrics) == ['LinearClassification']
    else:
        assert 'PhaseClassification' in metrics
        strided = metrics['KendallsTau'], metrics['FrameRetrieval']
        assert [metric.stride for metric in strided] == [stride, stride]
